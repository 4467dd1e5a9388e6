# Renders templates with Shopify's own Liquid: JSON in (snippets by name, cases of template and data), JSON out (texts).
require "json"
require "liquid"

class Snippets
  def initialize(texts) = @texts = texts
  def read_template_file(name) = @texts.fetch(name)
end

# What Shopify's Liquid has besides Ruby's, as far as our templates and rewritten themes use it.
module ShopFilters
  def image_url(input, options = {})
    input = input["featured_image"] || input["preview_image"] || input if input.is_a?(Hash)
    query = options.map { |name, value| "&#{name}=#{value}" }.join
    "//shop.example/cdn/shop/#{input["path"]}?v=#{input["version"]}#{query}"
  end

  def asset_url(name) = "//shop.example/cdn/shop/t/4/assets/#{name}?v=9001"
  def file_url(name) = "//shop.example/cdn/shop/files/#{name}?v=9002"
  def stylesheet_tag(url) = "<link href=\"#{url}\" rel=\"stylesheet\">"
  def placeholder_svg_tag(name) = "<svg>#{name}</svg>"
  def json(value) = JSON.generate(value)
end

asked = JSON.parse($stdin.read)
Liquid::Template.error_mode = :strict
Liquid::Template.register_filter(ShopFilters)
Liquid::Template.file_system = Snippets.new(asked["snippets"])
texts = asked["cases"].map do |each|
  Liquid::Template.parse(each["template"]).render!(each["data"], strict_filters: true)
end
puts JSON.generate(texts)

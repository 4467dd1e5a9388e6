# Renders templates with Shopify's own Liquid: JSON in (snippets by name, cases of template and data), JSON out (texts).
require "json"
require "liquid"

class Snippets
  def initialize(texts) = @texts = texts
  def read_template_file(name) = @texts.fetch(name)
end

# The one filter of Shopify's that the snippets use.
module ShopFilters
  def image_url(input, options = {})
    input = input["featured_image"] || input["preview_image"] || input if input.is_a?(Hash)
    query = options.map { |name, value| "&#{name}=#{value}" }.join
    "//shop.example/cdn/shop/#{input["path"]}?v=#{input["version"]}#{query}"
  end
end

asked = JSON.parse($stdin.read)
Liquid::Template.error_mode = :strict
Liquid::Template.register_filter(ShopFilters)
Liquid::Template.file_system = Snippets.new(asked["snippets"])
texts = asked["cases"].map do |each|
  Liquid::Template.parse(each["template"]).render!(each["data"], strict_filters: true)
end
puts JSON.generate(texts)

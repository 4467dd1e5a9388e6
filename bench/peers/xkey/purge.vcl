# The bare purge by tag that Freshet's is compared with: in front of the shipped VCL of the same node, on the same objects, with
# neither fence nor numbers.
sub vcl_recv {
    if (req.method == "BARE") {
        set req.http.Freshet-Purged = xkey.purge(req.http.Freshet-Purge-Tags);
        return (synth(200, "Purged"));
    }
}

sub vcl_synth {
    if (req.method == "BARE") {
        set resp.http.Freshet-Purged = req.http.Freshet-Purged;
        return (deliver);
    }
}


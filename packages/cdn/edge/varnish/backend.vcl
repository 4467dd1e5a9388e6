# Where Freshet listens, and who may send control requests. The one file to edit; freshet.vcl stays as shipped.
vcl 4.1;

backend freshet {
    .host = "127.0.0.1";
    .port = "8080";
    # Longer than the server needs for its slowest answer, shorter than a visitor's patience.
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 30s;
}

# Addresses from which PURGE and FRESHET are taken: those of the Freshet servers, never of a proxy in front.
acl purgers {
    "127.0.0.1";
    "::1";
}

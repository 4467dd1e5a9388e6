# Freshet's edge for Varnish 7.1 and later (needs varnish-modules: xkey, header; and a C compiler, as Varnish itself does).
#
#   varnishd -F -a :6081 -f /path/to/edge/varnish/freshet.vcl -p vcc_allow_inline_c=on -s malloc,1G
#
# It forwards to 127.0.0.1:8080 and takes control requests from loopback: both are in backend.vcl beside this file.
# Then name the node to the server, "cdn": [{ "driver": "varnish", "nodes": ["http://127.0.0.1:6081"] }], which gives it its
# base number within seconds. Until then this node passes everything and stores nothing. README.md has the rest.
vcl 4.1;

import header;
import purge;
import std;
import xkey;

include "./backend.vcl";

# The fence. An invalidation has a number; an answer carries, as Freshet-Stamp, the number its maker had applied before it read
# the original. An answer is older than an invalidation of one of its tags if its stamp is lower than that number, and then it is
# neither stored nor used, however late it comes in.
C{
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FRESHET_SLOTS 65536
#define FRESHET_MARKS (1 << 20)

struct freshet_fence {
    uint64_t base;                    /* 0: unknown, so everything is passed; else the base number + 1 */
    uint64_t newest;                  /* newest number heard */
    uint64_t fills;                   /* last number given to a fill */
    uint64_t slot[FRESHET_SLOTS];     /* newest number per 16 bits of a tag: never lowered */
    uint64_t floor[FRESHET_SLOTS];    /* the same for the tags of whole projects */
    uint64_t begun[FRESHET_SLOTS];    /* newest number heard when the last fill of a URL began */
    uint64_t settled[FRESHET_MARKS];  /* fills whose object was checked after it stood in the tag index */
};

static struct freshet_fence *freshet;

/* One fence per child process, like the malloc cache it guards: a VCL loaded later finds it again, a new child finds none. */
static int
freshet_find(void)
{
    static const char name[] = "FRESHET_FENCE_1";
    const char *known = getenv(name);
    char text[64];
    uintptr_t address;
    long pid;
    void *memory;

    if (known != NULL && sscanf(known, "%ld:%" SCNxPTR, &pid, &address) == 2 && pid == (long)getpid()) {
        freshet = (struct freshet_fence *)address;
        return (1);
    }
    memory = mmap(NULL, sizeof *freshet, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return (0);
    freshet = memory;
    /* Fills of an earlier fence in this child, if its layout was another, have lower numbers. */
    freshet->fills = (uint64_t)time(NULL) * 1000000;
    snprintf(text, sizeof text, "%ld:%" PRIxPTR, (long)getpid(), (uintptr_t)memory);
    return (setenv(name, text, 1) == 0);
}

static uint64_t
freshet_load(const uint64_t *number)
{
    return (__atomic_load_n(number, __ATOMIC_SEQ_CST));
}

/* The maximum of the two, in one step: purges come twice, late and out of order, from several threads. */
static void
freshet_raise(uint64_t *number, uint64_t to)
{
    uint64_t seen = freshet_load(number);

    while (seen < to && !__atomic_compare_exchange_n(number, &seen, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
}

/* 1 to 18 digits, nothing else. */
static int
freshet_number(const char *text, uint64_t *number)
{
    int digits = 0;

    *number = 0;
    if (text == NULL)
        return (0);
    for (; *text >= '0' && *text <= '9'; text++, digits++)
        *number = *number * 10 + (uint64_t)(*text - '0');
    return (*text == '\0' && digits >= 1 && digits <= 18);
}

/*
 * Takes the next tag off a list: a letter, "-" and 16 hex digits; a generation behind them, ".g7", shares its original's slot.
 * The letter, 0 at the end, -1 if this is no tag.
 */
static int
freshet_tag(const char **list, unsigned *slot)
{
    const char *p = *list;
    int letter, i;

    while (*p == ' ' || *p == '\t' || *p == ',')
        p++;
    *list = p;
    if (*p == '\0')
        return (0);
    letter = *p;
    if (letter < 'a' || letter > 'z' || p[1] != '-')
        return (-1);
    for (*slot = 0, p += 2, i = 0; i < 16; i++, p++) {
        int digit = *p >= '0' && *p <= '9' ? *p - '0' : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10 : -1;

        if (digit < 0)
            return (-1);
        if (i < 4)
            *slot = *slot << 4 | (unsigned)digit;
    }
    if (p[0] == '.' && p[1] == 'g' && p[2] >= '0' && p[2] <= '9')
        for (p += 2; *p >= '0' && *p <= '9';)
            p++;
    if (*p != '\0' && *p != ' ' && *p != '\t' && *p != ',')
        return (-1);
    *list = p;
    return (letter);
}

/*
 * How an answer stands to every invalidation heard so far: "young", "old", or "untagged" if it cannot be told. The floor of its project
 * is read every time, so that "all" is one number and never a walk; the slots, which originals share, only while the tag index may not
 * hold the object yet.
 */
static const char *
freshet_compare(const char *stamp_text, const char *tags, int settled)
{
    uint64_t base = freshet_load(&freshet->base), stamp;
    unsigned slot;
    int letter, count = 0;

    if (tags == NULL || !freshet_number(stamp_text, &stamp))
        return ("untagged");
    if (base == 0 || stamp + 1 < base)
        return ("old");
    while ((letter = freshet_tag(&tags, &slot)) > 0) {
        count++;
        if (letter == 't' ? stamp < freshet_load(&freshet->floor[slot])
                          : !settled && stamp < freshet_load(&freshet->slot[slot]))
            return ("old");
    }
    return (letter < 0 || count == 0 ? "untagged" : "young");
}

static void
freshet_say(VRT_CTX, VCL_HEADER name, const char *text)
{
    VRT_SetHdr(ctx, name, 0, TOSTRAND(text));
}

static void
freshet_say_number(VRT_CTX, VCL_HEADER name, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, number);
    freshet_say(ctx, name, text);
}

/* On store: compares, and numbers the fill. */
static void
freshet_on_store(VRT_CTX)
{
    freshet_say_number(ctx, &VGC_HDR_BERESP_Freshet_2d_Fill, __atomic_add_fetch(&freshet->fills, 1, __ATOMIC_SEQ_CST));
    freshet_say(ctx, &VGC_HDR_BEREQ_Freshet_2d_Verdict, freshet_compare(VRT_GetHdr(ctx, &VGC_HDR_BERESP_Freshet_2d_Stamp),
        VRT_GetHdr(ctx, &VGC_HDR_BERESP_xkey), 0));
}

/*
 * The comparison on store and the insertion into the tag index are two steps, and a purge can come between them. So the request that
 * made the fill compares once more behind the insertion. If the object is young then, a later purge finds it in the index and removes it:
 * it is settled, and purges of originals that share its slots need not concern it.
 */
static void
freshet_settle(VRT_CTX)
{
    const char *verdict = freshet_compare(VRT_GetHdr(ctx, &VGC_HDR_OBJ_Freshet_2d_Stamp), VRT_GetHdr(ctx, &VGC_HDR_OBJ_xkey), 0);
    uint64_t fill;

    if (*verdict == 'y' && freshet_number(VRT_GetHdr(ctx, &VGC_HDR_OBJ_Freshet_2d_Fill), &fill))
        __atomic_store_n(&freshet->settled[fill % FRESHET_MARKS], fill, __ATOMIC_SEQ_CST);
    freshet_say(ctx, &VGC_HDR_REQ_Freshet_2d_Verdict, verdict);
}

/* On use: an object that is not settled is compared in full, for as long as it lives if need be. */
static void
freshet_on_use(VRT_CTX)
{
    uint64_t fill;
    int settled = freshet_number(VRT_GetHdr(ctx, &VGC_HDR_OBJ_Freshet_2d_Fill), &fill) &&
        freshet_load(&freshet->settled[fill % FRESHET_MARKS]) == fill;

    freshet_say(ctx, &VGC_HDR_REQ_Freshet_2d_Verdict, freshet_compare(VRT_GetHdr(ctx, &VGC_HDR_OBJ_Freshet_2d_Stamp),
        VRT_GetHdr(ctx, &VGC_HDR_OBJ_xkey), settled));
}

/* What the last fill of this URL had heard when it began. Different URLs may share a place: then one fill too many is made. */
static uint64_t *
freshet_begun(VRT_CTX)
{
    const char *url = VRT_r_req_url(ctx);
    uint32_t hash = 2166136261u;

    for (; *url != '\0'; url++)
        hash = (hash ^ (unsigned char)*url) * 16777619u;
    return (&freshet->begun[(hash ^ hash >> 16) % FRESHET_SLOTS]);
}

/*
 * On request: whether this node may use its cache, and whether the request may join a fill in flight. It does not wait for one that
 * began before the newest invalidation: it could not use what comes.
 */
static void
freshet_on_request(VRT_CTX)
{
    freshet_say(ctx, &VGC_HDR_REQ_Freshet_2d_Verdict, freshet_load(&freshet->base) == 0 ? "unknown" :
        freshet_load(freshet_begun(ctx)) < freshet_load(&freshet->newest) ? "alone" : "together");
}

static void
freshet_on_miss(VRT_CTX)
{
    freshet_raise(freshet_begun(ctx), freshet_load(&freshet->newest));
}

/* Raises every number a purge names, or none if one of them cannot be read. "late" if a newer number was heard before. */
static const char *
freshet_raise_all(const char *sequence_text, const char *tags)
{
    const char *rest = tags;
    uint64_t sequence, newest = freshet_load(&freshet->newest);
    unsigned slot;
    int letter, count = 0;

    if (tags == NULL || !freshet_number(sequence_text, &sequence))
        return ("malformed");
    while ((letter = freshet_tag(&rest, &slot)) > 0)
        count++;
    if (letter < 0 || count == 0)
        return ("malformed");
    while ((letter = freshet_tag(&tags, &slot)) > 0)
        freshet_raise(letter == 't' ? &freshet->floor[slot] : &freshet->slot[slot], sequence);
    freshet_raise(&freshet->newest, sequence);
    return (sequence > newest ? "raised" : "late");
}

static void
freshet_purge(VRT_CTX)
{
    freshet_say(ctx, &VGC_HDR_REQ_Freshet_2d_Verdict, freshet_raise_all(
        VRT_GetHdr(ctx, &VGC_HDR_REQ_Freshet_2d_Sequence), VRT_GetHdr(ctx, &VGC_HDR_REQ_Freshet_2d_Purge_2d_Tags)));
}

/* Takes the journal's head as the base number if there is none yet. */
static void
freshet_join(VRT_CTX)
{
    uint64_t head, unknown = 0;
    const char *verdict = "known";

    if (!freshet_number(VRT_GetHdr(ctx, &VGC_HDR_REQ_Freshet_2d_Base), &head))
        verdict = "malformed";
    else if (__atomic_compare_exchange_n(&freshet->base, &unknown, head + 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        freshet_raise(&freshet->newest, head);
        verdict = "joined";
    }
    freshet_say(ctx, &VGC_HDR_REQ_Freshet_2d_Verdict, verdict);
}
}C

# The C functions leave what they found in the header Freshet-Verdict of the request at hand, where VCL reads it.

sub vcl_init {
    C{ if (!freshet_find()) { VRT_fail(ctx, "no memory for the fence"); return; } }C
    return (ok);
}

sub vcl_recv {
    if (req.restarts == 0) {
        unset req.http.Freshet-Cache;
        unset req.http.Freshet-Filled;
        if (req.method == "PURGE") {
            call freshet_take_purge;
        }
        if (req.method == "FRESHET") {
            call freshet_take_join;
        }
        if (!req.http.Host && req.proto ~ "(?i)^HTTP/1\.1$") {
            return (synth(400, "An HTTP/1.1 request needs a Host header."));
        }
    }
    # The server's own addresses. /v7/<same> is always an original.
    if (req.url ~ "^/(\?|$)" ||
        req.url ~ "^/(invalidate|warmup|projects|connectors|keys|audit|instances|access|stats|console|demo)([/?]|$)" ||
        req.url ~ "^/(livez|readyz|metrics|openapi\.json|favicon\.ico|robots\.txt)([/?]|$)") {
        set req.http.Freshet-Cache = "fwd=bypass";
        return (pass);
    }
    if (req.restarts == 0) {
        # What a visitor says in our own headers is not taken for ours.
        header.regsub(req, "^(?i)freshet-[^:]*:.*$", "Freshet-Said: x", true);
        unset req.http.Freshet-Said;
    }
    if (req.method != "GET" && req.method != "HEAD") {
        set req.http.Freshet-Cache = "fwd=method";
        return (pass);
    }
    unset req.http.Cookie;
    unset req.http.Authorization;
    call freshet_normalise_accept;
    call freshet_normalise_hints;
    C{ freshet_on_request(ctx); }C
    if (req.http.Freshet-Verdict == "unknown") {
        set req.http.Freshet-Cache = "fwd=bypass; detail=fence-unknown";
        return (pass);
    }
    set req.hash_ignore_busy = (req.http.Freshet-Verdict == "alone");
    return (hash);
}

# The image formats a visitor takes, in one order and nothing else, so that "Vary: Accept" makes few variants.
sub freshet_normalise_accept {
    set req.http.Freshet-Formats = "";
    if (req.http.Accept ~ "(?i)image/avif" && req.http.Accept !~ "(?i)image/avif\s*(;[^,]*)?;\s*q=0(\.0*)?\s*([,;]|$)") {
        set req.http.Freshet-Formats = ",image/avif";
    }
    if (req.http.Accept ~ "(?i)image/webp" && req.http.Accept !~ "(?i)image/webp\s*(;[^,]*)?;\s*q=0(\.0*)?\s*([,;]|$)") {
        set req.http.Freshet-Formats = req.http.Freshet-Formats + ",image/webp";
    }
    if (req.http.Accept ~ "(?i)image/jxl" && req.http.Accept !~ "(?i)image/jxl\s*(;[^,]*)?;\s*q=0(\.0*)?\s*([,;]|$)") {
        set req.http.Freshet-Formats = req.http.Freshet-Formats + ",image/jxl";
    }
    if (req.http.Freshet-Formats == "") {
        unset req.http.Accept;
    } else {
        set req.http.Accept = regsub(req.http.Freshet-Formats, "^,", "");
    }
    unset req.http.Freshet-Formats;
}

# What a visitor's browser says of itself, rounded up to the steps that the server rounds to, so that it too makes few variants. They
# are told apart by Vary alone: where a project does not listen, nothing varies.
sub freshet_normalise_hints {
    if (req.http.Sec-CH-Width) {
        if (req.http.Sec-CH-Width !~ "^[0-9]{1,5}(\.[0-9]{1,6})?$" || std.real(req.http.Sec-CH-Width, 0.0) <= 0.0) {
            unset req.http.Sec-CH-Width;
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 320.0) {
            set req.http.Sec-CH-Width = "320";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 480.0) {
            set req.http.Sec-CH-Width = "480";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 640.0) {
            set req.http.Sec-CH-Width = "640";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 768.0) {
            set req.http.Sec-CH-Width = "768";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 960.0) {
            set req.http.Sec-CH-Width = "960";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 1280.0) {
            set req.http.Sec-CH-Width = "1280";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 1600.0) {
            set req.http.Sec-CH-Width = "1600";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 1920.0) {
            set req.http.Sec-CH-Width = "1920";
        } elsif (std.real(req.http.Sec-CH-Width, 0.0) <= 2560.0) {
            set req.http.Sec-CH-Width = "2560";
        } else {
            set req.http.Sec-CH-Width = "3840";
        }
    }
    if (req.http.Sec-CH-Viewport-Width) {
        if (req.http.Sec-CH-Viewport-Width !~ "^[0-9]{1,5}(\.[0-9]{1,6})?$" || std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 0.0) {
            unset req.http.Sec-CH-Viewport-Width;
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 320.0) {
            set req.http.Sec-CH-Viewport-Width = "320";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 480.0) {
            set req.http.Sec-CH-Viewport-Width = "480";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 640.0) {
            set req.http.Sec-CH-Viewport-Width = "640";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 768.0) {
            set req.http.Sec-CH-Viewport-Width = "768";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 960.0) {
            set req.http.Sec-CH-Viewport-Width = "960";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 1280.0) {
            set req.http.Sec-CH-Viewport-Width = "1280";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 1600.0) {
            set req.http.Sec-CH-Viewport-Width = "1600";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 1920.0) {
            set req.http.Sec-CH-Viewport-Width = "1920";
        } elsif (std.real(req.http.Sec-CH-Viewport-Width, 0.0) <= 2560.0) {
            set req.http.Sec-CH-Viewport-Width = "2560";
        } else {
            set req.http.Sec-CH-Viewport-Width = "3840";
        }
    }
    if (req.http.Sec-CH-DPR) {
        if (req.http.Sec-CH-DPR !~ "^[0-9]{1,5}(\.[0-9]{1,6})?$" || std.real(req.http.Sec-CH-DPR, 0.0) <= 0.0) {
            unset req.http.Sec-CH-DPR;
        } elsif (std.real(req.http.Sec-CH-DPR, 0.0) <= 1.0) {
            set req.http.Sec-CH-DPR = "1";
        } elsif (std.real(req.http.Sec-CH-DPR, 0.0) <= 1.5) {
            set req.http.Sec-CH-DPR = "1.5";
        } elsif (std.real(req.http.Sec-CH-DPR, 0.0) <= 2.0) {
            set req.http.Sec-CH-DPR = "2";
        } else {
            set req.http.Sec-CH-DPR = "3";
        }
    }
    if (req.http.Save-Data ~ "(?i)^\s*on\s*$") {
        set req.http.Save-Data = "on";
    } else {
        unset req.http.Save-Data;
    }
}

# Only the key is sorted, never the URL that is sent on: a signature covers the order. Nor where a name comes twice: there the last one wins.
sub vcl_hash {
    if (req.url ~ "[?&]([^=&]+)(=[^&]*)?&(.*&)?\1(=|&|$)") {
        hash_data(req.url);
    } else {
        hash_data(std.querysort(req.url));
    }
    if (req.http.Host) {
        hash_data(std.tolower(req.http.Host));
    } else {
        hash_data(server.ip);
    }
    return (lookup);
}

sub vcl_hit {
    if (!obj.http.Freshet-Stamp || !obj.http.Freshet-Fill || !obj.http.xkey) {
        # Stored by another VCL: there is nothing to compare.
        return (pass);
    }
    C{ freshet_on_use(ctx); }C
    if (req.http.Freshet-Verdict != "young") {
        # Away with it, and on to a fill of one's own, which no older fill in flight can answer.
        purge.hard();
        set req.hash_always_miss = true;
        set req.http.Freshet-Cache = "fwd=stale; detail=fenced";
        return (restart);
    }
    set req.http.Freshet-Cache = "hit";
    return (deliver);
}

sub vcl_miss {
    C{ freshet_on_miss(ctx); }C
    if (!req.http.Freshet-Cache) {
        set req.http.Freshet-Cache = "fwd=miss";
    }
    set req.http.Freshet-Filled = "1";
    return (fetch);
}

sub vcl_pass {
    if (!req.http.Freshet-Cache) {
        set req.http.Freshet-Cache = "fwd=bypass";
    }
    return (fetch);
}

sub vcl_backend_fetch {
    unset bereq.http.Freshet-Cache;
    unset bereq.http.Freshet-Filled;
    unset bereq.http.Freshet-Verdict;
    # The newest number heard here: a server that has applied less catches up before it answers.
    unset bereq.http.Freshet-Demand;
    C{ freshet_say_number(ctx, &VGC_HDR_BEREQ_Freshet_2d_Demand, freshet_load(&freshet->newest)); }C
    return (fetch);
}

sub vcl_backend_response {
    # Nothing stale is ever served, not while it is revalidated and not while the server is away.
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (bereq.uncacheable) {
        return (deliver);
    }
    unset beresp.http.Freshet-Fenced;
    unset beresp.http.Freshet-Fill;
    std.collect(beresp.http.xkey);
    call freshet_lifetime;
    if (!beresp.http.Freshet-Stamp || beresp.ttl <= 0s || beresp.status >= 500 || beresp.status == 206 || beresp.http.Vary ~ "\*" || beresp.http.Set-Cookie) {
        call freshet_keep_nothing;
        return (deliver);
    }
    C{ freshet_on_store(ctx); }C
    if (bereq.http.Freshet-Verdict == "old") {
        # Older than a purge this node has heard: for those who asked before it, and for nobody after them. No hit-for-miss either:
        # the next fill will be young, and those who wait may join it.
        set beresp.ttl = 0s;
        set beresp.uncacheable = true;
        set beresp.http.Cache-Control = "no-store";
        unset beresp.http.CDN-Cache-Control;
        set beresp.http.Freshet-Fenced = "1";
        return (deliver);
    }
    if (bereq.http.Freshet-Verdict != "young") {
        call freshet_keep_nothing;
        return (deliver);
    }
    # Young now, but not yet in the tag index.
    return (deliver);
}

# CDN-Cache-Control (RFC 9213) where there is one, else Cache-Control; an answer that states no lifetime has none.
sub freshet_lifetime {
    std.collect(beresp.http.CDN-Cache-Control);
    if (beresp.http.CDN-Cache-Control) {
        set beresp.http.Freshet-Lifetime = beresp.http.CDN-Cache-Control;
    } else {
        set beresp.http.Freshet-Lifetime = beresp.http.Cache-Control;
    }
    set beresp.ttl = 0s;
    if (beresp.http.Freshet-Lifetime !~ "(?i)(^|[\s,])(no-store|no-cache|private)\s*([,=;]|$)") {
        if (beresp.http.Freshet-Lifetime ~ "(?i)(^|[\s,])s-maxage\s*=\s*\d") {
            set beresp.http.Freshet-Lifetime = regsub(beresp.http.Freshet-Lifetime, "(?i)^(.*[\s,])?s-maxage\s*=\s*(\d{1,9}).*$", "\2s");
        } else {
            set beresp.http.Freshet-Lifetime = regsub(beresp.http.Freshet-Lifetime, "(?i)^(.*[\s,])?max-age\s*=\s*(\d{1,9}).*$", "\2s");
        }
        # What is neither is no duration: 0.
        set beresp.ttl = std.duration(beresp.http.Freshet-Lifetime, 0s) - std.duration(beresp.http.Age + "s", 0s);
    }
    unset beresp.http.Freshet-Lifetime;
}

# Not for keeping. For two minutes it is remembered that requests for this URL need not queue up behind each other; no bytes are.
sub freshet_keep_nothing {
    set beresp.ttl = 120s;
    set beresp.uncacheable = true;
}

sub vcl_deliver {
    if (req.http.Freshet-Filled && !obj.uncacheable) {
        C{ freshet_settle(ctx); }C
        if (req.http.Freshet-Verdict != "young") {
            set resp.http.Cache-Control = "no-store";
            set resp.http.Freshet-Fenced = "1";
        }
    }
    # RFC 9211. What the server said about its own caches was about the fill: a hit never went there.
    if (req.http.Freshet-Cache == "hit") {
        set resp.http.Cache-Status = "varnish; hit; ttl=" + std.integer(duration=obj.ttl);
        unset resp.http.Server-Timing;
    } else {
        set resp.http.Freshet-Status = "varnish; " + req.http.Freshet-Cache;
        if (resp.http.Freshet-Fenced && resp.http.Freshet-Status !~ "detail=") {
            set resp.http.Freshet-Status = resp.http.Freshet-Status + "; detail=fenced";
        }
        if (req.http.Freshet-Filled && !obj.uncacheable) {
            set resp.http.Freshet-Status = resp.http.Freshet-Status + "; stored; ttl=" + std.integer(duration=obj.ttl);
        }
        std.collect(resp.http.Cache-Status);
        if (resp.http.Cache-Status) {
            set resp.http.Cache-Status = resp.http.Cache-Status + ", " + resp.http.Freshet-Status;
        } else {
            set resp.http.Cache-Status = resp.http.Freshet-Status;
        }
        unset resp.http.Freshet-Status;
    }
    unset resp.http.xkey;
    unset resp.http.Surrogate-Key;
    unset resp.http.Cache-Tag;
    unset resp.http.Cache-Groups;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.Freshet-Fill;
    unset resp.http.Freshet-Fenced;
    return (deliver);
}

# PURGE: raises the numbers first, then removes what the tag index holds, then answers. Once or many times, in any order, is the same.
sub freshet_take_purge {
    call freshet_admit;
    std.collect(req.http.Freshet-Purge-Tags, " ");
    if (!req.http.Freshet-Purge-Tags || !req.http.Freshet-Sequence) {
        return (synth(400, "A purge needs Freshet-Purge-Tags and Freshet-Sequence."));
    }
    C{ freshet_purge(ctx); }C
    if (req.http.Freshet-Verdict == "malformed") {
        return (synth(400, "Freshet-Purge-Tags or Freshet-Sequence is not in the form this node reads."));
    }
    # A project's tag is a floor: objects under it are refused one by one as they are asked for. But a server that lost its journal and
    # counts from one again raises no floor: what does not come as the newest is looked up in the index as well.
    if (req.http.Freshet-Verdict == "raised") {
        set req.http.Freshet-Purge-Tags = regsuball(req.http.Freshet-Purge-Tags, "t-[0-9a-f]{16}(\.g\d+)?", "");
    }
    set req.http.Freshet-Purged = xkey.purge(req.http.Freshet-Purge-Tags);
    return (synth(200, "Purged"));
}

# FRESHET /join: gives a node that does not know its fence the journal's head as its base number.
sub freshet_take_join {
    call freshet_admit;
    if (req.url != "/join") {
        return (synth(404, "There is only /join."));
    }
    if (!req.http.Freshet-Base) {
        return (synth(400, "A join needs Freshet-Base."));
    }
    C{ freshet_join(ctx); }C
    if (req.http.Freshet-Verdict == "malformed") {
        return (synth(400, "Freshet-Base is not a number."));
    }
    return (synth(200, "Fence " + req.http.Freshet-Verdict));
}

# Through a proxy on this machine everybody would come from loopback; such a request carries more than one address.
sub freshet_admit {
    if (client.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
        return (synth(403, "This address may not control the node. Add it to backend.vcl."));
    }
}

sub vcl_synth {
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.http.Cache-Control = "no-store";
    if (resp.status == 503) {
        set resp.http.Retry-After = "5";
    }
    if (resp.status == 200) {
        if (req.method == "PURGE") {
            set resp.http.Freshet-Purged = req.http.Freshet-Purged;
        } else {
            set resp.http.Freshet-Fence = req.http.Freshet-Verdict;
        }
        unset resp.http.Freshet-Newest;
        C{ freshet_say_number(ctx, &VGC_HDR_RESP_Freshet_2d_Newest, freshet_load(&freshet->newest)); }C
    }
    set resp.body = resp.reason + {"
"};
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "5";
    # A second in which those who wait all ask for themselves, instead of one after the other.
    set beresp.uncacheable = true;
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    set beresp.body = {"The image server does not answer. Try again in a few seconds.
"};
    return (deliver);
}

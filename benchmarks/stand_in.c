/* A fake S3 for benchmarks of object grants, fast enough not to be what is measured.
 *
 *     stand_in [LATENCY_MS [WRITES_PER_SECOND]]    prints its URL, then serves until it is stopped
 *
 * It implements ListObjectsV2, GetObjectAcl and PutObjectAcl, keeps the ACL of every object in memory, and checks no
 * signatures. Every bucket exists, and its name ends with the number of its objects: `objects-1000` has a thousand, in
 * eight folders. Above WRITES_PER_SECOND it answers 503 SlowDown. Control requests have no latency:
 *
 *     GET /-/BUCKET            how many objects have an ACL that was written, and how many different ACLs there are
 *     GET /-/BUCKET?TEXT       how many objects have an ACL that contains TEXT
 *     GET /-                   how many lists, reads, writes and refusals were answered
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FOLDERS 8
#define MOST_BODIES 4096
#define INPUT 65536
#define XMLNS "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define OWNER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char PRIVATE[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy " XMLNS "><Owner><ID>" OWNER
    "</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
    "xsi:type=\"CanonicalUser\"><ID>" OWNER
    "</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";

typedef struct { char name[64]; long size, each; unsigned short *acls; } Bucket;

typedef struct Conn {
    int fd, closed;
    size_t used;
    char in[INPUT];
    char *out;
    size_t out_size, out_sent, out_room;
    double due;
    struct Conn *next; /* in the queue of delayed replies */
    int waiting;
} Conn;

static Bucket buckets[64];
static int bucket_count;
static char *bodies[MOST_BODIES]; /* the different ACLs; number 0 is the one that an object has at first */
static int body_count = 1;
static double latency;
static double allowed, tokens, refilled;
static long lists, reads, writes, refused;
static Conn *first, *last;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static Bucket *bucket_of(const char *name) {
    for (int i = 0; i < bucket_count; i++)
        if (!strcmp(buckets[i].name, name)) return &buckets[i];
    if (bucket_count == 64 || strlen(name) > 63) return NULL;
    Bucket *b = &buckets[bucket_count++];
    strcpy(b->name, name);
    const char *digits = strrchr(name, '-');
    b->size = digits ? atol(digits + 1) : 0;
    b->each = (b->size + FOLDERS - 1) / FOLDERS;
    b->acls = calloc(b->size + 1, sizeof *b->acls);
    return b;
}

static void key_of(Bucket *b, long i, char *key) { sprintf(key, "lectures-%ld/%08ld.mp4", i / b->each, i); }

/* Return the number of the first object whose key is greater than `after`. */
static long first_after(Bucket *b, const char *after) {
    long low = 0, high = b->size;
    while (low < high) {
        long middle = (low + high) / 2;
        char key[64];
        key_of(b, middle, key);
        if (strcmp(key, after) > 0) high = middle; else low = middle + 1;
    }
    return low;
}

static int interned(const char *body, size_t size) {
    for (int i = 1; i < body_count; i++)
        if (!strncmp(bodies[i], body, size) && !bodies[i][size]) return i;
    if (body_count == MOST_BODIES) return -1;
    bodies[body_count] = strndup(body, size);
    return body_count++;
}

static void decode(char *text) {
    char *to = text;
    for (char *from = text; *from; from++, to++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) { *to = (char)byte; from += 2; }
        else *to = *from == '+' ? ' ' : *from;
    }
    *to = 0;
}

/* Copy the decoded value of a parameter. Return whether the query has it. */
static int param(const char *query, const char *name, char *value, size_t room) {
    size_t length = strlen(name);
    for (const char *at = query; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
        if (strncmp(at, name, length) || at[length] != '=') continue;
        size_t size = strcspn(at + length + 1, "&");
        if (size >= room) size = room - 1;
        memcpy(value, at + length + 1, size);
        value[size] = 0;
        decode(value);
        return 1;
    }
    *value = 0;
    return 0;
}

static void reply(Conn *c, const char *status, const char *body, size_t size) {
    size_t need = size + 512;
    if (c->out_room < need) { c->out = realloc(c->out, need); c->out_room = need; }
    int head = sprintf(c->out, "HTTP/1.1 %s\r\nx-amz-request-id: BENCH\r\nContent-Type: application/xml\r\n"
                       "Content-Length: %zu\r\n\r\n", status, size);
    memcpy(c->out + head, body, size);
    c->out_size = head + size;
    c->out_sent = 0;
}

static void list(Conn *c, Bucket *b, const char *query) {
    static char page[400000];
    char value[2048], prefix[2048], key[64];
    long most = param(query, "max-keys", value, sizeof value) ? atol(value) : 1000;
    if (most > 1000) most = 1000;
    long i = param(query, "continuation-token", value, sizeof value) ? atol(value)
             : param(query, "start-after", value, sizeof value)      ? first_after(b, value)
                                                                     : 0;
    param(query, "prefix", prefix, sizeof prefix);
    long start = *prefix ? first_after(b, prefix) : 0;
    if (start > i) i = start;
    char *at = page + sprintf(page, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult " XMLNS "><Name>%s"
                              "</Name><MaxKeys>%ld</MaxKeys><EncodingType>url</EncodingType>", b->name, most);
    long count = 0;
    for (; i < b->size && count < most; i++, count++) {
        key_of(b, i, key);
        if (strncmp(key, prefix, strlen(prefix))) break;
        at += sprintf(at, "<Contents><Key>%s</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;"
                      "d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>1</Size>"
                      "<StorageClass>STANDARD</StorageClass></Contents>", key);
    }
    int more = i < b->size;
    if (more) { key_of(b, i, key); more = !strncmp(key, prefix, strlen(prefix)); }
    at += sprintf(at, "<KeyCount>%ld</KeyCount><IsTruncated>%s</IsTruncated>", count, more ? "true" : "false");
    if (more) at += sprintf(at, "<NextContinuationToken>%ld</NextContinuationToken>", i);
    at += sprintf(at, "</ListBucketResult>");
    lists++;
    reply(c, "200 OK", page, at - page);
}

static int throttled(void) {
    if (!allowed) return 0;
    double t = now();
    tokens += (t - refilled) * allowed;
    if (tokens > allowed / 10) tokens = allowed / 10;
    refilled = t;
    if (tokens < 1) return 1;
    tokens -= 1;
    return 0;
}

static void control(Conn *c, char *path, const char *query) {
    char text[128];
    if (!*path) {
        int size = sprintf(text, "{\"lists\": %ld, \"reads\": %ld, \"writes\": %ld, \"refused\": %ld}", lists, reads,
                           writes, refused);
        reply(c, "200 OK", text, size);
        return;
    }
    Bucket *b = bucket_of(path + 1);
    char has[MOST_BODIES], used[MOST_BODIES] = {0};
    for (int i = 0; i < body_count; i++) has[i] = query && *query ? !!strstr(bodies[i], query) : i > 0;
    long found = 0, different = 0;
    for (long i = 0; i < b->size; i++) { found += has[b->acls[i]]; used[b->acls[i]] = 1; }
    for (int i = 0; i < body_count; i++) different += used[i];
    reply(c, "200 OK", text, sprintf(text, "%ld %ld", found, different));
}

/* Answer one request. Return whether the reply has a latency. */
static int answer(Conn *c, char *head, char *body, size_t size) {
    char *method = head, *target = strchr(head, ' ') + 1;
    target[-1] = 0;
    *strchr(target, ' ') = 0;
    char *query = strchr(target, '?');
    if (query) *query++ = 0;
    decode(target);
    if (target[1] == '-' && (!target[2] || target[2] == '/')) { control(c, target + 2, query); return 0; }
    char *key = strchr(target + 1, '/');
    if (key) *key++ = 0;
    Bucket *b = bucket_of(target + 1);
    if (!b) reply(c, "404 Not Found", "", 0);
    else if (!key || !*key) list(c, b, query ? query : "");
    else {
        char wanted[64];
        const char *number = strrchr(key, '/');
        long i = number ? atol(number + 1) : -1;
        if (i >= 0 && i < b->size) key_of(b, i, wanted); else i = -1;
        int write = !strcmp(method, "PUT");
        static const char GONE[] = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
        static const char SLOW[] = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
        if (i < 0 || strcmp(wanted, key)) reply(c, "404 Not Found", GONE, sizeof GONE - 1);
        else if (write && throttled()) { refused++; reply(c, "503 Slow Down", SLOW, sizeof SLOW - 1); }
        else if (write) {
            int acl = interned(body, size);
            writes++;
            if (acl < 0) reply(c, "507 Insufficient Storage", "", 0);
            else { b->acls[i] = (unsigned short)acl; reply(c, "200 OK", "", 0); }
        } else {
            const char *acl = bodies[b->acls[i]];
            reads++;
            reply(c, "200 OK", acl, strlen(acl));
        }
    }
    return 1;
}

static void drop(Conn *c) {
    if (!c->closed) close(c->fd);
    c->closed = 1;
    if (!c->waiting) { free(c->out); free(c); }
}

/* Send what is left of the reply. Small replies fit into the socket's buffer; large ones are sent by waiting. */
static int flush_reply(Conn *c) {
    while (c->out_sent < c->out_size) {
        ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_size - c->out_sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) { usleep(50); continue; }
        if (sent <= 0) return 0;
        c->out_sent += sent;
    }
    return 1;
}

/* Answer the request in the buffer, if it is complete. Return 0 if the connection is to be dropped. */
static int serve(Conn *c) {
    while (!c->waiting) {
        c->in[c->used] = 0;
        char *end = strstr(c->in, "\r\n\r\n");
        if (!end) return 1;
        size_t body = 0;
        char *length = strcasestr(c->in, "\ncontent-length:");
        if (length && length < end) body = atol(length + 16);
        size_t head = end + 4 - c->in, whole = head + body;
        if (whole >= INPUT) return 0;
        if (c->used < whole) {
            char *expect = strcasestr(c->in, "\nexpect:");
            if (expect && expect < end) {
                if (send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) < 0) return 0;
                memset(expect, ' ', 1);
            }
            return 1;
        }
        int delayed = answer(c, c->in, c->in + head, body);
        memmove(c->in, c->in + whole, c->used - whole);
        c->used -= whole;
        if (delayed && latency) {
            c->due = now() + latency;
            c->waiting = 1;
            c->next = NULL;
            if (last) last->next = c; else first = c;
            last = c;
        } else if (!flush_reply(c)) return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    latency = argc > 1 ? atof(argv[1]) / 1e3 : 0;
    allowed = argc > 2 ? atof(argv[2]) : 0;
    refilled = now();
    bodies[0] = (char *)PRIVATE;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) { perror("listen"); return 1; }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int wait = -1;
        if (first) { double left = (first->due - now()) * 1e3; wait = left > 0 ? (int)left + 1 : 0; }
        int count = epoll_wait(poll, events, 256, wait);
        for (int i = 0; i < count; i++) {
            Conn *c = events[i].data.ptr;
            if (!c) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                c = calloc(1, sizeof *c);
                c->fd = fd;
                event.events = EPOLLIN;
                event.data.ptr = c;
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
                continue;
            }
            ssize_t got = recv(c->fd, c->in + c->used, INPUT - 1 - c->used, 0);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) { drop(c); continue; }
            c->used += got;
            if (!serve(c)) drop(c);
        }
        double t = first ? now() : 0;
        while (first && first->due <= t) {
            Conn *c = first;
            first = c->next;
            if (!first) last = NULL;
            c->waiting = 0;
            if (c->closed || !flush_reply(c) || !serve(c)) drop(c);
        }
    }
}

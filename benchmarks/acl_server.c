/* A fake S3 for benchmarks of object grants, fast enough not to be what is measured.
 *
 *     acl_server [LATENCY_MS [WRITES_PER_SECOND [PEM]]]    prints its URL, then serves until it is
 *                                                       stopped; with PEM over https
 *
 * It implements ListObjectsV2, GetObjectAcl and PutObjectAcl, keeps the ACL of every object in memory, and checks no
 * signatures. Every bucket exists, and its name ends with the number of its objects: `objects-1000` has a thousand, in
 * eight folders. Above WRITES_PER_SECOND it answers 503 SlowDown. Control requests have no latency:
 *
 *     GET /-/BUCKET            how many objects have an ACL that was written, and how many different ACLs there are
 *     GET /-/BUCKET?TEXT       how many objects have an ACL that contains TEXT
 *     GET /-                   how many lists, reads, writes and refusals were answered
 */
#include "http_server.h"

#define FOLDERS 8
#define MOST_BODIES 4096
#define XMLNS "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define OWNER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char PRIVATE[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy " XMLNS "><Owner><ID>" OWNER
    "</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
    "xsi:type=\"CanonicalUser\"><ID>" OWNER
    "</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";

typedef struct { char name[64]; long size, each; unsigned short *acls; } Bucket;

static Bucket buckets[64];
static int bucket_count;
static char *bodies[MOST_BODIES]; /* the different ACLs; number 0 is the one that an object has at first */
static int body_count = 1;
static double allowed, tokens, refilled;
static long lists, reads, writes, refused;

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

int main(int argc, char **argv) {
    latency = argc > 1 ? atof(argv[1]) / 1e3 : 0;
    allowed = argc > 2 ? atof(argv[2]) : 0;
    refilled = now();
    bodies[0] = (char *)PRIVATE;
    return serve_forever(argc > 3 ? argv[3] : NULL);
}

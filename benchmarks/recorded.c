/* A fake AWS for benchmarks of plans: it repeats the answers that the sandbox gave once.
 *
 *     recorded FILE [LATENCY_MS [CLOUDFRONT_PER_SECOND]]    prints its URL, then serves until it is stopped
 *
 * FILE is made by `python -m benchmarks.record`: for each request a line with two lengths, the request (its method and
 * target, a line break, and its body) and the whole answer. A request that is not in FILE is answered with 501. Above
 * CLOUDFRONT_PER_SECOND in any second, requests to CloudFront are answered with Throttling, as CloudFront does. Control
 * requests:
 *
 *     GET /-          how many requests were answered, refused and unknown, those to CloudFront, the seconds between the
 *                     first and the last of those, and the most of them in a second after the first refusal
 *     GET /-/reset    forget the counts
 */
#include "http_server.h"

#define SLOTS (1 << 17)
#define MOST_TIMES (1 << 20)
#define CLOUDFRONT "/2020-05-31/"
#define IN_FLIGHT 0.25 /* seconds in which requests arrive that were sent before the refusal was read */

typedef struct { const char *key, *answer; size_t key_size, answer_size; } Entry;

static Entry table[SLOTS];
static long answered, refused, unknown, cloudfront;
static double times[MOST_TIMES]; /* of the requests to CloudFront, refused ones included */
static double accepted[4096];    /* the last accepted requests to CloudFront, as a ring */
static long accepted_count;
static double first_refusal;
static long allowed;

static Entry *entry_of(const char *key, size_t size) {
    unsigned long hash = 5381;
    for (size_t i = 0; i < size; i++) hash = hash * 33 + (unsigned char)key[i];
    Entry *e = &table[hash % SLOTS];
    while (e->key && (e->key_size != size || memcmp(e->key, key, size))) e = e == table + SLOTS - 1 ? table : e + 1;
    return e;
}

static int load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); return 0; }
    size_t key, size;
    long count = 0;
    while (fscanf(file, "%zu %zu", &key, &size) == 2 && fgetc(file) == '\n') {
        char *bytes = malloc(key + size);
        if (fread(bytes, 1, key + size, file) != key + size || ++count == SLOTS) { fclose(file); return 0; }
        Entry *e = entry_of(bytes, key);
        *e = (Entry){bytes, bytes + key, key, size};
    }
    fclose(file);
    return count > 0;
}

/* Return whether CloudFront refuses a request now: it has accepted `allowed` in the second before. */
static int throttled(void) {
    double t = now();
    if (cloudfront < MOST_TIMES) times[cloudfront] = t;
    cloudfront++;
    if (!allowed) return 0;
    if (accepted_count >= allowed && t - accepted[(accepted_count - allowed) % 4096] < 1) {
        if (!first_refusal) first_refusal = t;
        return 1;
    }
    accepted[accepted_count++ % 4096] = t;
    return 0;
}

static void counts(Conn *c) {
    long most = 0, kept = cloudfront < MOST_TIMES ? cloudfront : MOST_TIMES;
    for (long i = 0, j = 0; first_refusal && i < kept; i++) {
        if (times[i] < first_refusal + IN_FLIGHT) { j = i + 1; continue; }
        while (times[i] - times[j] >= 1) j++;
        if (i - j + 1 > most) most = i - j + 1;
    }
    char text[256];
    double seconds = kept ? times[kept - 1] - times[0] : 0;
    int size = sprintf(text, "{\"answered\": %ld, \"refused\": %ld, \"unknown\": %ld, \"cloudfront\": %ld, "
                       "\"seconds\": %.3f, \"busiest\": %ld}", answered, refused, unknown, cloudfront, seconds, most);
    reply(c, "200 OK", text, size);
}

static int answer(Conn *c, char *head, char *body, size_t size) {
    static char key[INPUT];
    size_t line = strcspn(head, "\r");
    while (line && head[line - 1] != ' ') line--; /* without " HTTP/1.1" */
    line--;
    char *target = memchr(head, ' ', line);
    if (target && !strncmp(target, " /-", 3) && (target[3] == ' ' || target[3] == '/')) {
        if (target[3] == '/') {
            answered = refused = unknown = cloudfront = accepted_count = 0;
            first_refusal = 0;
        }
        counts(c);
        return 0;
    }
    if (target && !strncmp(target, " /_sandbox/", 11)) { /* cfstream asks every server on loopback whether it is a sandbox */
        reply(c, "404 Not Found", "", 0);
        return 0;
    }
    if (target && !strncmp(target + 1, CLOUDFRONT, sizeof CLOUDFRONT - 1) && throttled()) {
        static const char SLOW[] = "<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error>"
            "<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
            "<RequestId>BENCH</RequestId></ErrorResponse>";
        refused++;
        reply(c, "400 Bad Request", SLOW, sizeof SLOW - 1);
        return 1;
    }
    memcpy(key, head, line);
    key[line] = '\n';
    memcpy(key + line + 1, body, size);
    Entry *e = entry_of(key, line + 1 + size);
    if (!e->key) {
        unknown++;
        fprintf(stderr, "not recorded: %.*s\n", (int)(line + 1 + size), key);
        static const char WHAT[] = "<Error><Code>NotImplemented</Code><Message>This was not recorded.</Message></Error>";
        reply(c, "501 Not Implemented", WHAT, sizeof WHAT - 1);
        return 1;
    }
    answered++;
    make_room(c, e->answer_size);
    memcpy(c->out, e->answer, e->answer_size);
    c->out_size = e->answer_size;
    c->out_sent = 0;
    return 1;
}

int main(int argc, char **argv) {
    if (argc < 2 || !load(argv[1])) { fprintf(stderr, "no recorded answers\n"); return 1; }
    latency = argc > 2 ? atof(argv[2]) / 1e3 : 0;
    allowed = argc > 3 ? atol(argv[3]) : 0;
    return serve_forever(NULL);
}

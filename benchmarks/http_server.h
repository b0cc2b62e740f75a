/* A small HTTP/1.1 server on one thread of 127.0.0.1, for the benchmarks.
 *
 * A program includes this file, defines `answer`, and calls `serve_forever`. Compiled with -DTLS it can serve https with
 * OpenSSL. It is fast enough not to be what is measured.
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
#ifdef TLS
#include <openssl/ssl.h>
static SSL_CTX *tls;
#endif

#define INPUT 65536

typedef struct Conn {
    int fd, closed;
    size_t used;
    char in[INPUT];
    char *out;
    size_t out_size, out_sent, out_room;
    double due;
    struct Conn *next; /* in the queue of delayed replies */
    int waiting;
#ifdef TLS
    SSL *ssl;
#endif
} Conn;

static double latency;
static Conn *first, *last;

/* Answer one request: `head` is its first line and headers, `body` has `size` bytes. Return whether the reply has a
 * latency. */
static int answer(Conn *c, char *head, char *body, size_t size);

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void make_room(Conn *c, size_t need) {
    if (c->out_room < need) { c->out = realloc(c->out, need); c->out_room = need; }
}

static void reply(Conn *c, const char *status, const char *body, size_t size) {
    make_room(c, size + 512);
    int head = sprintf(c->out, "HTTP/1.1 %s\r\nx-amz-request-id: BENCH\r\nContent-Type: application/xml\r\n"
                       "Content-Length: %zu\r\n\r\n", status, size);
    memcpy(c->out + head, body, size);
    c->out_size = head + size;
    c->out_sent = 0;
}

static ssize_t receive(Conn *c) {
    void *to = c->in + c->used;
    size_t room = INPUT - 1 - c->used;
#ifdef TLS
    if (c->ssl) {
        int got = SSL_read(c->ssl, to, (int)room);
        if (got > 0) return got;
        int error = SSL_get_error(c->ssl, got);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) { errno = EAGAIN; return -1; }
        return 0;
    }
#endif
    return recv(c->fd, to, room, 0);
}

static ssize_t transmit(Conn *c, const char *data, size_t size) {
#ifdef TLS
    if (c->ssl) {
        int sent = SSL_write(c->ssl, data, (int)size);
        if (sent > 0) return sent;
        int error = SSL_get_error(c->ssl, sent);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) errno = EAGAIN; else errno = EPIPE;
        return -1;
    }
#endif
    return send(c->fd, data, size, MSG_NOSIGNAL);
}

static void drop(Conn *c) {
    if (!c->closed) {
#ifdef TLS
        if (c->ssl) SSL_free(c->ssl);
#endif
        close(c->fd);
    }
    c->closed = 1;
    if (!c->waiting) { free(c->out); free(c); }
}

/* Send what is left of the reply. Small replies fit into the socket's buffer; large ones are sent by waiting. */
static int flush_reply(Conn *c) {
    while (c->out_sent < c->out_size) {
        ssize_t sent = transmit(c, c->out + c->out_sent, c->out_size - c->out_sent);
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
                if (transmit(c, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0) return 0;
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

/* Read and answer what has arrived. Return 0 if the connection is to be dropped. */
static int arrived(Conn *c) {
    for (;;) {
        ssize_t got = receive(c);
        if (got < 0 && errno == EAGAIN) return 1;
        if (got <= 0) return 0;
        c->used += got;
        if (!serve(c)) return 0;
#ifdef TLS
        if (c->ssl) continue; /* OpenSSL may hold a further record, about which epoll knows nothing */
#endif
        return 1;
    }
}

static void welcome(int listener, int poll) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), one = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    Conn *c = calloc(1, sizeof *c);
    c->fd = fd;
#ifdef TLS
    if (tls) {
        c->ssl = SSL_new(tls);
        SSL_set_fd(c->ssl, fd);
        SSL_set_accept_state(c->ssl);
    }
#endif
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

/* Print the URL, then serve until the process is stopped. `pem` is a file with a certificate and its key for https, or
 * NULL. */
static int serve_forever(const char *pem) {
    const char *scheme = "http";
    if (pem) {
#ifdef TLS
        tls = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        if (SSL_CTX_use_certificate_chain_file(tls, pem) != 1 ||
            SSL_CTX_use_PrivateKey_file(tls, pem, SSL_FILETYPE_PEM) != 1) { fprintf(stderr, "bad %s\n", pem); return 1; }
        scheme = "https";
#else
        fprintf(stderr, "compiled without TLS\n");
        return 1;
#endif
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) { perror("listen"); return 1; }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%s://127.0.0.1:%d\n", scheme, ntohs(address.sin_port));
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
            if (!c) welcome(listener, poll);
            else if (!arrived(c)) drop(c);
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

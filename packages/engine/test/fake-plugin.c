// A PJRT plugin of two devices that computes nothing: it takes programs, buffers and runs as XLA's plugins do, counts
// what is alive, and fails when told to. A result that takes over an argument's memory is that argument with one
// added to each float; any other is filled with the sum of all bytes that its device was given.
// An executable as bytes is a mark and the structure itself.
//   cc -shared -fPIC -o fake-plugin.so fake-plugin.c
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint64_t word;
#define MAX 64
#define FUNCTIONS 80

typedef struct { int device, type; size_t size; unsigned char *data; } Buffer;
typedef struct { double ready; } Event;
typedef struct { int results; size_t size[MAX]; int from[MAX]; } Executable;

static int live_buffers, live_events, live_executables, live_clients, live_errors, live_handles, live_serialized;
static int failing = -1, compiled;
static const char *version = "1";
static int devices[2] = {0, 1};
static word device_list[2];
static double checksums[2];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static void *event(double milliseconds) {
  Event *e = malloc(sizeof *e);
  e->ready = now() + milliseconds;
  live_events++;
  return e;
}
static void *fail(const char *text) {
  live_errors++;
  return strdup(text);
}
static Buffer *buffer(int device, int type, size_t size) {
  Buffer *b = malloc(sizeof *b);
  *b = (Buffer){device, type, size, calloc(size ? size : 1, 1)};
  live_buffers++;
  return b;
}
static size_t bytes_of(int type) { return type == 13 ? 2 : type == 4 || type == 11 ? 4 : 1; }

static void *error_destroy(word *a) { live_errors--; free((void *)a[2]); return 0; }
static void *error_message(word *a) { a[3] = a[2]; a[4] = strlen((char *)a[2]); return 0; }
static void *nothing(word *a) { (void)a; return 0; }
static void *event_destroy(word *a) { live_events--; free((void *)a[2]); return 0; }
static void *event_is_ready(word *a) { a[3] = now() >= ((Event *)a[2])->ready; return 0; }
static void *event_await(word *a) {
  double left = ((Event *)a[2])->ready - now();
  struct timespec t = {0, left > 0 ? (long)(left * 1e6) : 0};
  nanosleep(&t, 0);
  return 0;
}
static void *client_create(word *a) { live_clients++; a[8] = 1; return 0; }
static void *client_destroy(word *a) { (void)a; live_clients--; return 0; }
static void *text(word *a, const char *s) { a[3] = (word)s; a[4] = strlen(s); return 0; }
static void *platform_name(word *a) { return text(a, "fake"); }
static void *platform_version(word *a) { return text(a, version); }
/* As XLA's GPU plugins: one number, one list of numbers, and a text besides. */
static void *plugin_attributes(word *a) {
  static const int64_t list[3] = {1, 13, 0};
  static word values[3][7];
  word filled[3][7] = {{56, 0, (word)"xla_version", 11, 1, 2, 1},
                       {56, 0, (word)"stablehlo_current_version", 25, 2, (word)list, 3},
                       {56, 0, (word)"maker", 5, 0, (word)"C", 1}};
  memcpy(values, filled, sizeof values);
  a[2] = (word)values;
  a[3] = 3;
  return 0;
}
static void *description_kind(word *a) { return text(a, "Device of C"); }
static void *get_description(word *a) { a[3] = a[2]; return 0; }
static void *addressable_devices(word *a) {
  for (int i = 0; i < 2; i++) device_list[i] = (word)&devices[i];
  a[3] = (word)device_list;
  a[4] = 2;
  return 0;
}
static void *memory_stats(word *a) { a[3] = live_buffers; a[4] = 1000; return 0; }

/* Reads "-> (tensor<2x3xf32> {...}, ...) {" and, of the arguments, "tf.aliasing_output = N". */
static void *compile(word *a) {
  word *program = (word *)a[3];
  char *code = strndup((char *)program[2], program[3]);
  Executable *e = calloc(1, sizeof *e);
  for (int i = 0; i < MAX; i++) e->from[i] = -1;
  char *arrow = strstr(code, ") -> ("), *end = strchr(arrow, '\n');
  for (char *p = arrow; (p = strstr(p, "tensor<")) && p < end; e->results++) {
    size_t size = 4; // results here are float32
    for (p += 7; *p >= '0' && *p <= '9';) size *= strtoul(p, &p, 10), p++;
    e->size[e->results] = size;
  }
  int argument = 0;
  for (char *p = strstr(code, "@main("); p && p < arrow; argument++) {
    char *next = strstr(p + 1, "%arg"), *stop = next && next < arrow ? strstr(next + 1, ", %arg") : 0;
    if (!next || next >= arrow) break;
    char *alias = strstr(next, "tf.aliasing_output = ");
    if (!stop || stop > arrow) stop = arrow;
    if (alias && alias < stop) e->from[atoi(alias + 21)] = argument;
    p = next;
  }
  free(code);
  live_executables++;
  compiled++;
  a[6] = (word)e;
  return 0;
}
/* A handle of its own on the same executable, which must be given back apart from it. */
static void *get_executable(word *a) {
  Executable **handle = malloc(sizeof *handle);
  *handle = (Executable *)a[2];
  live_handles++;
  a[3] = (word)handle;
  return 0;
}
static void *handle_destroy(word *a) { live_handles--; free((void *)a[2]); return 0; }
static void free_serialized(void *bytes) { live_serialized--; free(bytes); }
#define MARK "fake"
static void *serialize(word *a) {
  char *bytes = malloc(4 + sizeof(Executable));
  memcpy(bytes, MARK, 4);
  memcpy(bytes + 4, *(Executable **)a[2], sizeof(Executable));
  live_serialized++;
  a[3] = a[5] = (word)bytes;
  a[4] = 4 + sizeof(Executable);
  a[6] = (word)free_serialized;
  return 0;
}
static void *deserialize(word *a) {
  if (a[4] != 4 + sizeof(Executable) || memcmp((void *)a[3], MARK, 4)) return fail("INVALID_ARGUMENT: no executable");
  if (!a[6] || !a[7]) return fail("INVALID_ARGUMENT: no compile options");
  Executable *e = malloc(sizeof *e);
  memcpy(e, (char *)a[3] + 4, sizeof *e);
  live_executables++;
  a[5] = (word)e;
  return 0;
}
static void *executable_destroy(word *a) { live_executables--; free((void *)a[2]); return 0; }
static void *from_host(word *a) {
  size_t size = bytes_of((int)a[4]);
  for (word i = 0; i < a[6]; i++) size *= ((int64_t *)a[5])[i];
  Buffer *b = buffer(*(int *)a[10], (int)a[4], size);
  memcpy(b->data, (void *)a[3], size);
  a[13] = (word)event(1);
  a[14] = (word)b;
  return 0;
}
static void *buffer_destroy(word *a) {
  Buffer *b = (Buffer *)a[2];
  live_buffers--;
  free(b->data);
  free(b);
  return 0;
}
static void *to_host(word *a) {
  Buffer *b = (Buffer *)a[2];
  if (a[5] != b->size) return fail("INVALID_ARGUMENT: the destination has another size");
  memcpy((void *)a[4], b->data, b->size);
  a[6] = (word)event(2);
  return 0;
}
static void *execute(word *a) {
  Executable *e = (Executable *)a[2];
  for (word d = 0; d < a[5]; d++) {
    Buffer **args = ((Buffer ***)a[4])[d];
    double sum = 0;
    for (word i = 0; i < a[6]; i++) {
      if (args[i]->device != (int)d) return fail("INVALID_ARGUMENT: a buffer of another device");
      for (size_t k = 0; k < args[i]->size; k++) sum += args[i]->data[k];
    }
    checksums[d] = sum;
    for (int r = 0; r < e->results; r++) {
      Buffer *out = buffer((int)d, 11, e->size[r]);
      for (size_t k = 0; k < e->size[r] / 4; k++)
        ((float *)out->data)[k] = e->from[r] < 0 ? (float)sum : ((float *)args[e->from[r]]->data)[k] + 1;
      ((Buffer ***)a[7])[d][r] = out;
    }
  }
  return 0;
}

/* For the test: how many of a kind are alive; what a device was given last; which function fails next. */
int fake_live(int kind) {
  int counts[] = {live_buffers, live_events, live_executables, live_clients, live_errors, live_handles, live_serialized};
  return counts[kind];
}
int fake_compiled(void) { return compiled; }
void fake_version(const char *text) { version = strdup(text); }
double fake_checksum(int device) { return checksums[device]; }
void fake_fail(int index) { failing = index; }

static void *(*functions[FUNCTIONS])(word *) = {
    [0] = error_destroy, [1] = error_message, [3] = nothing, [4] = plugin_attributes, [5] = event_destroy, [6] = event_is_ready,
    [7] = nothing, [8] = event_await, [10] = client_create, [11] = client_destroy, [12] = platform_name,
    [14] = platform_version, [16] = addressable_devices, [20] = compile, [22] = from_host, [26] = description_kind,
    [29] = get_description, [34] = memory_stats, [40] = handle_destroy, [49] = serialize,
    [50] = executable_destroy, [51] = get_executable, [55] = execute, [56] = deserialize,
    [58] = buffer_destroy, [70] = to_host};

/* Every entry of the table goes through one of these, which fails when told to. */
#define GATE(i) \
  static void *gate##i(word *a) { \
    if (failing == i) { failing = -1; return fail("RESOURCE_EXHAUSTED: told to fail"); } \
    return functions[i](a); \
  }
GATE(10) GATE(14) GATE(20) GATE(22) GATE(49) GATE(55) GATE(56) GATE(70)

static struct { word size, extension, version[3]; void *table[FUNCTIONS]; } api;

void *GetPjrtApi(void) {
  api.size = sizeof api;
  ((int32_t *)api.version)[4] = 0;
  ((int32_t *)api.version)[5] = 115;
  for (int i = 0; i < FUNCTIONS; i++) api.table[i] = (void *)(functions[i] ? functions[i] : nothing);
  api.table[10] = gate10; api.table[14] = gate14; api.table[20] = gate20; api.table[22] = gate22;
  api.table[49] = gate49; api.table[55] = gate55; api.table[56] = gate56; api.table[70] = gate70;
  return &api;
}

/*
 * Preloaded into a process whose machine will lose its power: writes down what is on disk for
 * certain, so that whoever kills the process can take away the rest; and fails calls on demand.
 * Syncs are noted and not done: nobody really pulls the plug.
 *
 * UNSYNCED_ROOT     only files below this folder count
 * UNSYNCED_JOURNAL  the file to write to, one line per call, in order:
 *   C path                created; a name is on disk once its folder is synced
 *   S size content path   this much of it is on disk; content in hex of small files, else -
 *   D path                the names in this folder are on disk
 *   R from TAB to         renamed
 *   U path TAB kept       removed; what it was is still under the other name, or - if that failed
 * UNSYNCED_GRAVE    folder on the same file system that keeps removed files
 * UNSYNCED_FORGET   syncs of files whose name ends like this are not noted: a disk that lies
 * UNSYNCED_DIE      any:N or left:N; the power goes in the N-th sync of a log, or of one that a newer
 *                   log follows already
 * UNSYNCED_FAIL     sync:N or write:N; the N-th call and all after it fail with EIO or ENOSPC
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SMALL 256

static int journal = -1;
static const char *root, *forget, *grave;
static atomic_int buried;
static atomic_int left_sync = -1, left_write = -1;
static atomic_int left_alive, newest_log;
static int only_left;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("UNSYNCED_JOURNAL"), *fail = getenv("UNSYNCED_FAIL");
  const char *die = getenv("UNSYNCED_DIE");
  root = getenv("UNSYNCED_ROOT");
  forget = getenv("UNSYNCED_FORGET");
  grave = getenv("UNSYNCED_GRAVE");
  if (fail && !strncmp(fail, "sync:", 5)) left_sync = atoi(fail + 5);
  if (fail && !strncmp(fail, "write:", 6)) left_write = atoi(fail + 6);
  if (die) {
    only_left = !strncmp(die, "left:", 5);
    left_alive = atoi(strchr(die, ':') + 1);
  }
  if (path && root) {
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    journal = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
}

static int counts(const char *path) {
  return journal >= 0 && path && !strncmp(path, root, strlen(root));
}

static void note(const char *line) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = dlsym(RTLD_NEXT, "write");
  int saved = errno;
  if (real(journal, line, strlen(line)) < 0) abort();
  errno = saved;
}

static int path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4000);
  if (length < 0) return 0;
  path[length] = 0;
  return counts(path);
}

/* The number of a log of the database, or 0. */
static int log_number(const char *path) {
  size_t end = strlen(path);
  const char *name = strrchr(path, '/');
  return name && end > 4 && !strcmp(path + end - 4, ".log") ? atoi(name + 1) : 0;
}

/* What is synced here is not on disk for certain yet, and what is in a newer log may be already. */
static void die_in_sync(const char *path) {
  int number = log_number(path);
  if (!number || (only_left && number >= newest_log)) return;
  if (left_alive > 0 && atomic_fetch_sub(&left_alive, 1) == 1) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
}

/* The size is taken before the sync returns: later writes are not covered by it. */
static void note_synced(int fd, const char *path) {
  struct stat st;
  char line[4200 + 2 * SMALL], hex[2 * SMALL + 2] = "-";
  unsigned char bytes[SMALL];
  if (fstat(fd, &st)) return;
  if (S_ISDIR(st.st_mode)) {
    snprintf(line, sizeof line, "D %s\n", path);
  } else {
    size_t end = strlen(path), tail = forget ? strlen(forget) : 0;
    if (tail && end >= tail && !strcmp(path + end - tail, forget)) return;
    if (st.st_size <= SMALL) {
      int in = open(path, O_RDONLY);
      ssize_t length = in < 0 ? -1 : read(in, bytes, SMALL);
      if (in >= 0) close(in);
      for (ssize_t i = 0; i < length; i++) sprintf(hex + 2 * i, "%02x", bytes[i]);
    }
    snprintf(line, sizeof line, "S %lld %s %s\n", (long long) st.st_size, hex, path);
  }
  note(line);
}

static int sync_fd(int fd) {
  char path[4001];
  if (path_of(fd, path)) {
    if (left_sync >= 0 && atomic_fetch_sub(&left_sync, left_sync > 0) <= 1) {
      errno = EIO;
      return -1;
    }
    die_in_sync(path);
    note_synced(fd, path);
  }
  return 0;
}

int fsync(int fd) { return sync_fd(fd); }
int fdatasync(int fd) { return sync_fd(fd); }

static int refused(int fd) {
  char path[4001];
  if (left_write < 0 || !path_of(fd, path)) return 0;
  if (atomic_fetch_sub(&left_write, left_write > 0) > 1) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t write(int fd, const void *data, size_t size) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = dlsym(RTLD_NEXT, "write");
  return refused(fd) ? -1 : real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
  return refused(fd) ? -1 : real(fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return pwrite64(fd, data, size, at);
}

static int opened(int fd, const char *path, int flags, int existed) {
  char absolute[4001], line[4200];
  if (fd >= 0 && (flags & O_ACCMODE) != O_RDONLY && path_of(fd, absolute)) {
    if (existed) {
      note_synced(fd, absolute);
    } else {
      snprintf(line, sizeof line, "C %s\n", absolute);
      note(line);
      if (log_number(absolute) > newest_log) newest_log = log_number(absolute);
    }
  }
  (void) path;
  return fd;
}

#define OPEN(name)                                                        \
  int name(const char *path, int flags, ...) {                            \
    static int (*real)(const char *, int, ...);                           \
    if (!real) real = dlsym(RTLD_NEXT, #name);                            \
    va_list rest;                                                         \
    va_start(rest, flags);                                                \
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0;     \
    va_end(rest);                                                         \
    int existed = !(flags & O_CREAT) || access(path, F_OK) == 0;          \
    return opened(real(path, flags, mode), path, flags, existed);         \
  }

OPEN(open)
OPEN(open64)

int rename(const char *from, const char *to) {
  static int (*real)(const char *, const char *);
  if (!real) real = dlsym(RTLD_NEXT, "rename");
  int result = real(from, to);
  if (!result && counts(to)) {
    char line[8200];
    snprintf(line, sizeof line, "R %s\t%s\n", from, to);
    note(line);
  }
  return result;
}

int unlink(const char *path) {
  static int (*real)(const char *);
  if (!real) real = dlsym(RTLD_NEXT, "unlink");
  char kept[4200] = "-";
  if (grave && counts(path)) {
    snprintf(kept, sizeof kept, "%s/%d-%d", grave, getpid(), atomic_fetch_add(&buried, 1));
    if (link(path, kept)) strcpy(kept, "-");
  }
  int result = real(path);
  if (!result && counts(path)) {
    char line[8500];
    snprintf(line, sizeof line, "U %s\t%s\n", path, kept);
    note(line);
  }
  return result;
}

#include "state/sqlite_vfs.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include <fmt/core.h>

#include "base/check.h"

namespace rondo::state {
namespace {

constexpr int path_bytes_max = 4096;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

struct OpenFile {
  SqliteVfs& vfs;
  std::unique_ptr<world::File> file;
  std::string path;
  bool name_unsafe;  ///< made by us, its folder not synced yet
};

/// What SQLite allocates for us: its own part first, as the interface asks.
struct Handle {
  sqlite3_file base;
  OpenFile* open;
};

OpenFile& opened(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file)->open; }

SqliteVfs& self(sqlite3_vfs* vfs) { return *static_cast<SqliteVfs*>(vfs->pAppData); }

// ---- one file ----

int close(sqlite3_file* file) {
  delete reinterpret_cast<Handle*>(file)->open;
  file->pMethods = nullptr;
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  OpenFile& open = opened(file);
  const auto wanted = static_cast<std::size_t>(count);
  auto bytes = open.file->read_at(static_cast<std::uint64_t>(offset), wanted);
  if (!bytes) return open.vfs.failed(std::move(bytes).error(), SQLITE_IOERR_READ);
  std::memcpy(into, bytes->data(), bytes->size());
  if (bytes->size() == wanted) return SQLITE_OK;
  // SQLite counts on zeros beyond the end.
  std::memset(static_cast<char*>(into) + bytes->size(), 0, wanted - bytes->size());
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  OpenFile& open = opened(file);
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(count));
  auto written = open.file->write_at(static_cast<std::uint64_t>(offset), bytes);
  return written ? SQLITE_OK : open.vfs.failed(std::move(written).error(), SQLITE_IOERR_WRITE);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile& open = opened(file);
  auto cut = open.file->truncate(static_cast<std::uint64_t>(size));
  return cut ? SQLITE_OK : open.vfs.failed(std::move(cut).error(), SQLITE_IOERR_TRUNCATE);
}

int sync(sqlite3_file* file, int /*flags*/) {
  OpenFile& open = opened(file);
  auto synced = open.file->sync();
  if (!synced) return open.vfs.failed(std::move(synced).error(), SQLITE_IOERR_FSYNC);
  if (!open.name_unsafe) return SQLITE_OK;
  // Bytes under a name that a power cut may take away are not safe yet.
  auto named = open.vfs.disk().sync_directory(folder_of(open.path));
  if (!named) return open.vfs.failed(std::move(named).error(), SQLITE_IOERR_DIR_FSYNC);
  open.name_unsafe = false;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  OpenFile& open = opened(file);
  auto bytes = open.file->size();
  if (!bytes) return open.vfs.failed(std::move(bytes).error(), SQLITE_IOERR_FSTAT);
  *size = static_cast<sqlite3_int64>(*bytes);
  return SQLITE_OK;
}

int lock(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }

int check_reserved_lock(sqlite3_file* /*file*/, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file* /*file*/) { return 4096; }

int characteristics(sqlite3_file* /*file*/) {
  // A torn write damages only the bytes it was about: what SQLite takes for granted elsewhere too.
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods file_methods{
    .iVersion = 1,  // no shared memory, no memory map
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = lock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

// ---- the file system ----

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  SqliteVfs& state = self(vfs);
  if (name == nullptr) return SQLITE_CANTOPEN;  // temporary files stay in memory (temp_store)
  std::string path = name;
  auto there = state.disk().exists(path);
  if (!there) return state.failed(std::move(there).error(), SQLITE_CANTOPEN);
  const bool makes = (flags & SQLITE_OPEN_CREATE) != 0;
  const auto mode = makes ? world::OpenMode::create : world::OpenMode::read_write;
  auto opened_file = state.disk().open(path, mode);
  if (!opened_file) return state.failed(std::move(opened_file).error(), SQLITE_CANTOPEN);
  reinterpret_cast<Handle*>(file)->open =
      new OpenFile{state, *std::move(opened_file), std::move(path), !*there};
  file->pMethods = &file_methods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  SqliteVfs& state = self(vfs);
  auto removed = state.disk().remove(name);
  if (!removed) {
    if (removed.error().code == "R0020") return SQLITE_IOERR_DELETE_NOENT;
    return state.failed(std::move(removed).error(), SQLITE_IOERR_DELETE);
  }
  if (sync_folder == 0) return SQLITE_OK;
  auto synced = state.disk().sync_directory(folder_of(name));
  return synced ? SQLITE_OK : state.failed(std::move(synced).error(), SQLITE_IOERR_DIR_FSYNC);
}

int access(sqlite3_vfs* vfs, const char* name, int /*flags*/, int* result) {
  SqliteVfs& state = self(vfs);
  auto there = state.disk().exists(name);
  if (!there) return state.failed(std::move(there).error(), SQLITE_IOERR_ACCESS);
  *result = *there ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  const std::size_t length = std::strlen(name);
  if (length + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, length + 1);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* /*vfs*/, int count, char* out) {
  // Chance comes from the World alone. What SQLite wants it for here, the salt of a new write-ahead
  // log, only has to differ from the log before in the same file, and SQLite sees to that itself.
  std::memset(out, 0x5A, static_cast<std::size_t>(count));
  return count;
}

int sleep(sqlite3_vfs* /*vfs*/, int /*micros*/) { return 0; }  // nobody else holds a lock

int current_time(sqlite3_vfs* /*vfs*/, sqlite3_int64* milliseconds) {
  *milliseconds = 0;  // times are written by whoever has the World's clock, never by SQL
  return SQLITE_OK;
}

int last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) { return 0; }

sqlite3_vfs methods() {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = path_bytes_max;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep;
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = current_time;
  return vfs;
}

/// SQLite's one source of chance asks the default file system for its seed: that must be ours too,
/// or a replayed seed would not write the same bytes.
void seed_the_same_way() {
  static sqlite3_vfs standard = [] {
    sqlite3_vfs vfs = methods();
    vfs.zName = "rondo";
    vfs.xOpen = [](sqlite3_vfs*, const char*, sqlite3_file* file, int, int*) {
      file->pMethods = nullptr;
      return SQLITE_CANTOPEN;
    };
    return vfs;
  }();
  static const bool registered = sqlite3_vfs_register(&standard, 1) == SQLITE_OK;
  PROMISE(registered);
  sqlite3_randomness(0, nullptr);
}

}  // namespace

SqliteVfs::SqliteVfs(world::Disk& disk) : disk_(disk), vfs_(methods()) {
  name_ = fmt::format("rondo-{}", static_cast<const void*>(this));
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  seed_the_same_way();
  PROMISE(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

SqliteVfs::~SqliteVfs() { sqlite3_vfs_unregister(&vfs_); }

int SqliteVfs::failed(Error error, int code) {
  const bool full = error.code == "R0022";
  last_failure_ = std::move(error);
  return full ? SQLITE_FULL : code;
}

}  // namespace rondo::state

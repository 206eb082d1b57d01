#include "collect/inflate.h"

#include <algorithm>

#include <fmt/core.h>
#include <zlib.h>

namespace rondo::collect {
namespace {

constexpr int gzip_or_zlib = 15 + 32;  // largest window, format found by its header
constexpr std::size_t step_bytes = 64U << 10;

struct Stream {
  Stream() { ready = inflateInit2(&z, gzip_or_zlib) == Z_OK; }
  ~Stream() {
    if (ready) inflateEnd(&z);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  z_stream z{};
  bool ready = false;
};

tl::unexpected<Error> damaged() {
  return fail(ErrorKind::rejected, "R0313",
              "the request body says it is gzip, but is not or is cut",
              "send it again, or without content-encoding");
}

}  // namespace

Result<std::string> inflate(std::string_view packed, std::size_t bytes_max) {
  Stream stream;
  if (!stream.ready) return fail(ErrorKind::transient, "R0313", "no memory to unpack the body");
  z_stream& z = stream.z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  while (true) {
    const std::size_t filled = out.size();
    out.resize(filled + std::min(step_bytes, bytes_max + 1 - filled));
    z.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    z.avail_out = static_cast<uInt>(out.size() - filled);
    const int state = inflate(&z, Z_NO_FLUSH);
    out.resize(out.size() - z.avail_out);
    if (out.size() > bytes_max) {
      return fail(ErrorKind::rejected, "R0312",
                  fmt::format("the unpacked body has more than {} bytes", bytes_max));
    }
    if (state == Z_STREAM_END) {
      if (z.avail_in == 0) return out;
      if (inflateReset(&z) != Z_OK) return damaged();
    } else if (state != Z_OK || (z.avail_in == 0 && z.avail_out > 0)) {
      return damaged();
    }
  }
}

}  // namespace rondo::collect

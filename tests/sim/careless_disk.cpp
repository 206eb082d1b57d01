#include "careless_disk.h"

#include <utility>

namespace rondo::simtest {
namespace {

class CarelessFile final : public world::File {
 public:
  explicit CarelessFile(std::unique_ptr<world::File> file) : file_(std::move(file)) {}
  Result<std::string> read_at(std::uint64_t offset, std::size_t count) override {
    return file_->read_at(offset, count);
  }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    return file_->write_at(offset, bytes);
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
  Result<void> sync() override { return {}; }
  Task<Result<void>> sync_later() override { co_return Result<void>{}; }

 private:
  std::unique_ptr<world::File> file_;
};

}  // namespace

Result<std::unique_ptr<world::File>> CarelessDisk::open(const std::string& path,
                                                        world::OpenMode mode) {
  TRY_ASSIGN(auto file, disk_.open(path, mode));
  if (path.find(word_) == std::string::npos) return file;
  return std::unique_ptr<world::File>(std::make_unique<CarelessFile>(std::move(file)));
}

}  // namespace rondo::simtest

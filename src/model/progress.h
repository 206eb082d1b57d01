#pragma once

#include <cstdint>
#include <string_view>

namespace rondo::model {

/// Where long work says how far it is. Called on the worker's own thread, as often as it likes:
/// whoever shows it decides how often to draw.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `total` 0: not known yet.
  virtual void update(std::string_view what, std::int64_t done, std::int64_t total) = 0;
};

/// For tests and for work that nobody watches.
class NoProgress final : public Progress {
 public:
  void update(std::string_view, std::int64_t, std::int64_t) override {}
};

}  // namespace rondo::model

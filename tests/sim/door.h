#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "standin/standin.h"
#include "world/world.h"

namespace rondo::simtest {

/// A stand-in with a doorman: counts who comes, and answers for it where a story says so.
class Door {
 public:
  Door(std::string name, std::uint16_t port, world::World world, Json settings);

  /// The next `times` requests are answered with `status`, nothing done; 0: done, but no answer
  /// comes within the sender's patience.
  void answer(int status, std::uint64_t times);
  /// Asked at each request: a status to answer, 0 for silence, -1 to let it in. Empty: let all in.
  void set_mood(std::function<int()> mood) { mood_ = std::move(mood); }
  /// `then` is called when the `number`-th request from now has been handled, before its answer.
  void on_request(std::uint64_t number, std::function<void()> then);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] Json state() const { return standin_->state(); }
  /// Requests so far whose path holds `word`.
  [[nodiscard]] std::int64_t requests(std::string_view word) const {
    return requests_after(0, word);
  }
  /// The same without the first `from` requests.
  [[nodiscard]] std::int64_t requests_after(std::int64_t from, std::string_view word) const;

 private:
  Task<world::HttpResponse> meet(world::HttpRequest request);

  std::string name_;
  std::uint16_t port_;
  world::World world_;
  std::shared_ptr<standin::Standin> standin_;
  std::deque<int> forced_;
  std::function<int()> mood_;
  std::uint64_t countdown_ = 0;
  std::function<void()> then_;
  std::vector<std::string> paths_;
  std::unique_ptr<world::HttpServer> server_;
};

}  // namespace rondo::simtest

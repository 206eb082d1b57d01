#include "door.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace rondo::simtest {

namespace {
constexpr Duration beyond_patience = std::chrono::minutes{2};
}

Door::Door(std::string name, std::uint16_t port, world::World world, Json settings)
    : name_(std::move(name)), port_(port), world_(world) {
  auto made = standin::make(name_, world, {.file = std::move(settings)});
  PROMISE(made.has_value());
  standin_ = std::move(*made);
  auto served = world.network.serve(
      {.port = port}, [this](world::HttpRequest request) { return meet(std::move(request)); });
  PROMISE(served.has_value());
  server_ = std::move(*served);
}

void Door::answer(int status, std::uint64_t times) {
  forced_.clear();
  for (std::uint64_t i = 0; i < times; ++i) forced_.push_back(status);
}

void Door::on_request(std::uint64_t number, std::function<void()> then) {
  countdown_ = number;
  then_ = std::move(then);
}

std::string Door::url() const { return fmt::format("http://localhost:{}", port_); }

std::int64_t Door::requests_after(std::int64_t from, std::string_view word) const {
  return std::count_if(paths_.begin() + from, paths_.end(), [&](const std::string& path) {
    return path.find(word) != std::string::npos;
  });
}

Task<world::HttpResponse> Door::meet(world::HttpRequest request) {
  paths_.push_back(request.method + " " + request.url);
  int forced = mood_ ? mood_() : -1;
  if (!forced_.empty()) {
    forced = forced_.front();
    forced_.pop_front();
  }
  if (forced > 0) co_return world::HttpResponse{forced, {{"Retry-After", "1"}}, "{}"};
  auto response = co_await standin_->handle(std::move(request));
  if (countdown_ > 0 && --countdown_ == 0) std::exchange(then_, nullptr)();
  if (forced == 0) co_await world_.clock.sleep(beyond_patience);
  co_return response;
}

}  // namespace rondo::simtest

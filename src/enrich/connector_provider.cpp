#include <utility>

#include "base/check.h"
#include "enrich/enrich.h"

namespace rondo::enrich {
namespace {

using connector::LookupResult;

class ConnectorProvider final : public Provider {
 public:
  ConnectorProvider(std::string name, connector::Client& client)
      : name_(std::move(name)),
        client_(client),
        operation_(client.connector().operation(connector::OperationKind::lookup)) {
    PROMISE(operation_ !=
            nullptr);  // the project's check lets only providers stand in `providers:`
  }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::int64_t price_max_micros() const override {
    return client_.price_micros(operation_->name);
  }
  [[nodiscard]] const std::string& currency() const override {
    return client_.connector().currency;
  }

  Task<Result<ProviderAnswer>> ask(Json person, std::string question_id) override {
    Json input = std::move(person);
    input.set("question_id", question_id);
    const LookupResult result = co_await client_.lookup(operation_->name, std::move(input));
    if (result.stopped)
      co_return fail(wrap(*result.stopped, "R0602", "provider `" + name_ + "` takes no questions"));
    switch (result.state) {
      case LookupResult::State::found: co_return answer_from(result);
      case LookupResult::State::miss: co_return ProviderAnswer{{}, false, result.cost_micros};
      case LookupResult::State::rejected:
        co_return fail(ErrorKind::rejected, "R0603",
                       "provider `" + name_ + "` refuses the question: " + result.reason);
      case LookupResult::State::unknown: break;
    }
    if (result.code == "not_sent") {
      co_return fail(ErrorKind::transient, "R0602",
                     "provider `" + name_ + "` cannot be reached: " + result.reason);
    }
    co_return fail(ErrorKind::unknown_outcome, "R0604",
                   "provider `" + name_ + "` gave no answer: " + result.reason);
  }

 private:
  static ProviderAnswer answer_from(const LookupResult& result) {
    ProviderAnswer answer;
    for (const auto& [field, value] : result.fields.as_object()) {
      answer.values[field] = value.is_string() ? std::string(value.as_string()) : value.text();
    }
    answer.verified = result.verified;
    answer.cost_micros = result.cost_micros;
    return answer;
  }

  std::string name_;
  connector::Client& client_;
  const connector::Operation* operation_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(std::string name, connector::Client& client) {
  return std::make_unique<ConnectorProvider>(std::move(name), client);
}

}  // namespace rondo::enrich

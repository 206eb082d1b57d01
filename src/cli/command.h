#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/terminal.h"

// One function per command, each in a file of its own name. They answer the exit code.
namespace rondo::cli {

/// What every command knows.
struct Context {
  Terminal terminal;
  std::string project = ".";
  std::string environment = "local";
  bool json = false;
};

enum Exit : int { done = 0, failed = 1, usage = 2, refused = 3, nothing_to_do = 4 };

/// Prints an error with code, causes, place and hint; answers Exit::failed.
int report_error(const Context& context, const Error& error);

int check(const Context& context);

struct RunOptions {
  std::vector<std::string> selection;
};
int run(const Context& context, const RunOptions& options);

int status(const Context& context);

struct RunsOptions {
  std::int64_t count = 20;
};
int runs(const Context& context, const RunsOptions& options);

struct WhyOptions {
  std::string what;
  std::vector<std::string> rest;  ///< `why merged A B`
};
int why(const Context& context, const WhyOptions& options);

struct ServeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8090;
  bool collect_only = false;
};
int serve(const Context& context, const ServeOptions& options);

struct StandInOptions {
  std::string name;
  std::uint16_t port = 0;
  std::string faults;  ///< file; empty: none
  std::string state;   ///< file; empty: memory only
};
int stand_in(const Context& context, const StandInOptions& options);

int schema(const Context& context, const std::string& kind, bool markdown);
int explain_code(const Context& context, const std::string& code, bool markdown);
int query(const Context& context, const std::string& sql);
int profile(const Context& context, const std::string& identifier);

struct QuarantineOptions {
  std::vector<std::string> release;  ///< ids, or "all"
};
int quarantine(const Context& context, const QuarantineOptions& options);

int init(const Context& context, const std::string& directory);
int doctor(const Context& context);

}  // namespace rondo::cli

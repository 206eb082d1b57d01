#include "cli/cli.h"

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

// CLI11 calls back while it parses; the command runs after that, so that its exit code is ours
// alone.
using Chosen = std::function<int()>;

class Program {
 public:
  Program() {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "rondo " RONDO_VERSION);
    app_.failure_message(CLI::FailureMessage::help);
    app_.fallthrough();
    app_.add_option("-p,--project", context_.project, "the project's folder")
        ->capture_default_str();
    app_.add_option("--env", context_.environment, "environment of rondo.yaml")
        ->capture_default_str();
    app_.add_flag("--json", context_.json, "answer in JSON");
    add_project_commands();
    add_run_commands();
    add_people_commands();
    add_helpers();
  }

  int run(int argc, char** argv) {
    world::RealWorld world;
    context_.terminal =
        Terminal::of_process(world.view().environment.variable("NO_COLOR").has_value());
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? Exit::done : Exit::usage;
    }
    return chosen_();
  }

 private:
  CLI::App* command(const char* name, const char* description, Chosen body) {
    CLI::App* sub = app_.add_subcommand(name, description);
    sub->callback([this, body = std::move(body)] { chosen_ = body; });
    return sub;
  }

  void add_project_commands() {
    command("check", "compile everything offline: names, SQL, contracts; nothing is touched",
            [this] { return check(context_); });
    auto* new_project = command("init", "a new project, ready to run",
                                [this] { return init(context_, directory_); });
    new_project->add_option("directory", directory_, "where")->capture_default_str();
    auto* show_schema = command("schema", "the JSON Schema of a kind of file",
                                [this] { return schema(context_, kind_, markdown_); });
    show_schema->add_option("kind", kind_, "source, sync, …; without one: the list of kinds");
    show_schema->add_flag("--markdown", markdown_, "as a page of the reference");
    auto* explain = command("explain", "what an error code means and what to do",
                            [this] { return explain_code(context_, code_, markdown_); });
    explain->add_option("code", code_, "R0103, or `all`")->required();
    explain->add_flag("--markdown", markdown_, "as a page of the reference");
  }

  void add_run_commands() {
    auto* start = command("run", "run now, in the foreground, with progress",
                          [this] { return cli::run(context_, run_options_); });
    start->add_option("select", run_options_.selection,
                      "assets: sync:x, +sync:x with all it reads, model:x+ with all that reads it");
    command("status", "what is fresh, what is not, and what needs a person",
            [this] { return status(context_); });
    auto* list =
        command("runs", "the latest runs", [this] { return runs(context_, runs_options_); });
    list->add_option("--count", runs_options_.count, "how many")->capture_default_str();
    auto* reason = command("why", "the cause of a failure, a missing record, a merge",
                           [this] { return why(context_, why_options_); });
    reason->add_option("what", why_options_.what, "sync:x, model:x, …, or `merged`")->required();
    reason->add_option("rest", why_options_.rest, "merged: two identifiers; sync: one profile");
    auto* server = command("serve", "the control plane: collector, schedule, API",
                           [this] { return serve(context_, serve_options_); });
    server->add_option("--address", serve_options_.address, "where to listen")
        ->capture_default_str();
    server->add_option("--port", serve_options_.port, "0 takes a free one")->capture_default_str();
    server->add_flag("--collect-only", serve_options_.collect_only,
                     "take events in, run nothing: another process may run the project meanwhile");
  }

  void add_people_commands() {
    auto* person =
        command("profile", "one person: fields with provenance, consent, what was sent where",
                [this] { return profile(context_, identifier_); });
    person->add_option("identifier", identifier_, "profile id, e-mail, phone, user id")->required();
    auto* held = command("quarantine", "records that broke their contract",
                         [this] { return quarantine(context_, quarantine_options_); });
    held->add_option("--release", quarantine_options_.release,
                     "ids, or `all`: checked again under today's contract");
    auto* ask =
        command("query", "read the warehouse by SQL", [this] { return query(context_, sql_); });
    ask->add_option("sql", sql_, "one statement")->required();
  }

  void add_helpers() {
    auto* twin = command("stand-in",
                         "an outside tool to rehearse against: hubspot, webhook, prospeo, hunter",
                         [this] { return stand_in(context_, stand_in_options_); });
    twin->add_option("name", stand_in_options_.name, "which tool")->required();
    twin->add_option("--port", stand_in_options_.port, "0 takes a free one")->capture_default_str();
    twin->add_option("--faults", stand_in_options_.faults,
                     "file that says what goes wrong, and when");
    twin->add_option("--state", stand_in_options_.state, "file that keeps what it holds");
    command("doctor", "looks whether everything is in place", [this] { return doctor(context_); });
  }

  CLI::App app_{
      "Rondo coordinates customer data across a company's whole stack as one closed loop."};
  Context context_;
  Chosen chosen_;
  RunOptions run_options_;
  RunsOptions runs_options_;
  WhyOptions why_options_;
  ServeOptions serve_options_;
  StandInOptions stand_in_options_;
  QuarantineOptions quarantine_options_;
  std::string directory_ = ".";
  std::string kind_;
  std::string code_;
  std::string sql_;
  std::string identifier_;
  bool markdown_ = false;
};

}  // namespace

int run_program(int argc, char** argv) { return Program().run(argc, argv); }

}  // namespace rondo::cli

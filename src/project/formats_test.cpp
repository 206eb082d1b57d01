#include "project/formats.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/time.h"

namespace rondo::project {
namespace {

TEST_CASE("a name is a small letter, then small letters, digits and _, 63 at most") {
  CHECK(is_name("a"));
  CHECK(is_name("order_2"));
  CHECK(is_name("a" + std::string(name_length_max - 1, 'x')));
  CHECK_FALSE(is_name("a" + std::string(name_length_max, 'x')));
  for (const char* text : {"", "A", "1a", "_a", "a-b", "a b", "größe"}) CHECK_FALSE(is_name(text));
}

TEST_CASE("a share is a percentage from 0 to 100") {
  CHECK(parse_share("20%") == 0.2);
  CHECK(parse_share("0%") == 0);
  CHECK(parse_share("100%") == 1);
  CHECK(parse_share("12.5%") == 0.125);
  for (const char* text : {"", "%", "20", "101%", "-1%", "1e1%", "20 %", "a%", "nan%", "100.1%"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_share(text));
  }
}

TEST_CASE("an amount has at most six decimals and names its currency") {
  CHECK(parse_money("40 EUR")->micros == 40'000'000);
  CHECK(parse_money("0.05 EUR")->micros == 50'000);
  CHECK(parse_money("0.000001 USD")->micros == 1);
  CHECK(parse_money("999999999999.999999 USD")->micros == 999'999'999'999'999'999);
  for (const char* text :
       {"", "40", "EUR", "40EUR", "40 eur", "40 EURO", "-1 EUR", ". EUR", "1. EUR", ".5 EUR",
        "0.0000001 EUR", "1000000000000 EUR", "1,5 EUR", "4  EUR"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_money(text));
  }
}

TEST_CASE("amounts read back as they were written") {
  CHECK(rc::check([] {
    const auto whole = *rc::gen::inRange(0, 1'000'000);
    const auto cents = *rc::gen::inRange(0, 100);
    const std::string text =
        std::to_string(whole) + (cents < 10 ? ".0" : ".") + std::to_string(cents) + " EUR";
    RC_ASSERT(parse_money(text)->micros == whole * 1'000'000LL + cents * 10'000LL);
  }));
}

TEST_CASE("a schedule has five fields within their ranges") {
  for (const char* text : {"0 7 * * MON-FRI", "*/15 * * * *", "0,30 0-23/2 1 jan,DEC 7", "@daily",
                           "59 23 31 12 0", "5  4 * * sun"}) {
    CAPTURE(text);
    CHECK_FALSE(cron_problem(text));
  }
  for (const char* text : {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *",
                           "* * * 13 *", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "* * * foo *",
                           "1, * * * *", "@often", "- * * * *"}) {
    CAPTURE(text);
    CHECK(cron_problem(text));
  }
}

TEST_CASE("a duration is what the base library reads") {
  CHECK_FALSE(format_problem("duration", "15m"));
  CHECK(format_problem("duration", "every 15m"));
  CHECK_FALSE(format_problem("a format of later times", "anything"));
}

}  // namespace
}  // namespace rondo::project

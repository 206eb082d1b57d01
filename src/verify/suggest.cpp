#include "verify/suggest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace rondo::verify {
namespace {

// Most used first: the order is the prior.
constexpr std::array<std::string_view, 22> providers{
    "gmail.com",   "yahoo.com", "hotmail.com",    "outlook.com", "icloud.com", "aol.com",
    "live.com",    "msn.com",   "gmx.de",         "web.de",      "gmx.net",    "mail.ru",
    "yandex.ru",   "qq.com",    "163.com",        "orange.fr",   "free.fr",    "comcast.net",
    "verizon.net", "proton.me", "protonmail.com", "t-online.de"};

constexpr double neighbour_cost = 0.5;
constexpr double distance_max = 1.0;
constexpr double distance_max_long = 2.0;
constexpr std::size_t long_bytes_min = 10;

bool are_neighbours(char a, char b) {
  constexpr std::array<std::string_view, 4> rows{"1234567890-", "qwertyuiop", "asdfghjkl",
                                                 "zxcvbnm,."};
  for (const auto row : rows) {
    const auto at = row.find(a);
    const auto other = row.find(b);
    if (at != std::string_view::npos && other != std::string_view::npos) {
      return at + 1 == other || other + 1 == at;
    }
  }
  return false;
}

// Optimal string alignment with weighted substitution; one swap of neighbours in the text costs 1.
double distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<double> cell((a.size() + 1) * width);
  for (std::size_t i = 0; i <= a.size(); ++i) cell[i * width] = static_cast<double>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) cell[j] = static_cast<double>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = a[i - 1];
      const char y = b[j - 1];
      const double replace = x == y ? 0 : are_neighbours(x, y) ? neighbour_cost : 1;
      double best = std::min({cell[(i - 1) * width + j] + 1, cell[i * width + j - 1] + 1,
                              cell[(i - 1) * width + j - 1] + replace});
      if (i > 1 && j > 1 && x == b[j - 2] && a[i - 2] == y) {
        best = std::min(best, cell[(i - 2) * width + j - 2] + 1);
      }
      cell[i * width + j] = best;
    }
  }
  return cell.back();
}

}  // namespace

std::optional<std::string> suggest_domain(std::string_view domain) {
  if (std::find(providers.begin(), providers.end(), domain) != providers.end()) return std::nullopt;
  double best = std::numeric_limits<double>::max();
  std::string_view nearest;
  for (const auto provider : providers) {
    const double limit = provider.size() >= long_bytes_min ? distance_max_long : distance_max;
    const double far = distance(domain, provider);
    if (far <= limit && far < best) {
      best = far;
      nearest = provider;
    }
  }
  if (nearest.empty()) return std::nullopt;
  return std::string(nearest);
}

}  // namespace rondo::verify

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "world/real/loopback.h"

namespace rondo::world {
namespace {

using loopback::RawClient;
using loopback::RawServer;

/// A key and a certificate for one name, signed by itself, made anew for each test.
struct Identity {
  explicit Identity(const std::string& alternative_name) {
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>("Rondo test");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_name.c_str());
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
  }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;
  ~Identity() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void write_certificate(const std::string& path) const {
    BIO* file = BIO_new_file(path.c_str(), "w");
    PEM_write_bio_X509(file, certificate);
    BIO_free(file);
  }
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

/// Speaks TLS with that identity, counts the requests it could read, answers them all.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity) : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_, identity.certificate);
    SSL_CTX_use_PrivateKey(context_, identity.key);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() { SSL_CTX_free(context_); }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  std::atomic<int> requests = 0;

 private:
  /// The whole request: one closed with bytes unread would be answered by a reset.
  static bool read_request(SSL* session) {
    std::string request;
    std::array<char, 4096> buffer{};
    while (!request.ends_with("secret")) {
      const int got = SSL_read(session, buffer.data(), static_cast<int>(buffer.size()));
      if (got <= 0) return false;
      request.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  void serve(const RawClient& client) {
    SSL* session = SSL_new(context_);
    SSL_set_fd(session, client.descriptor());
    if (SSL_accept(session) == 1 && read_request(session)) {
      ++requests;
      const std::string answer =
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
      SSL_write(session, answer.data(), static_cast<int>(answer.size()));
      SSL_shutdown(session);
    }
    SSL_free(session);
  }

  SSL_CTX* context_;
  RawServer server_{[this](RawClient& client) { serve(client); }};
};

Result<HttpResponse> ask(const std::string& url) {
  RealWorld world;
  return world.run(world.view().network.send({.method = "POST", .url = url, .body = "secret"}));
}

TEST_CASE("a certificate is believed only if its authority is known and its name is right") {
  const Identity identity("DNS:localhost");
  TlsServer server(identity);
  const std::string port = ":" + std::to_string(server.port()) + "/";
  const auto authorities = std::filesystem::temp_directory_path() /
                           ("rondo_authorities_" + std::to_string(::getpid()) + ".pem");
  identity.write_certificate(authorities.string());

  SUBCASE("known and right") {
    ::setenv("SSL_CERT_FILE", authorities.c_str(), 1);
    const auto response = ask("https://localhost" + port);
    REQUIRE(response.has_value());
    CHECK(response->body == "ok");
    CHECK(server.requests.load() == 1);
  }
  SUBCASE("known, but made for another name") {
    ::setenv("SSL_CERT_FILE", authorities.c_str(), 1);
    const auto response = ask("https://127.0.0.1" + port);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == "R0030");
    CHECK(server.requests.load() == 0);
  }
  SUBCASE("right, but nobody vouches for it") {
    const auto response = ask("https://localhost" + port);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == "R0030");
    CHECK(server.requests.load() == 0);
  }
  ::unsetenv("SSL_CERT_FILE");
  std::filesystem::remove(authorities);
}

}  // namespace
}  // namespace rondo::world

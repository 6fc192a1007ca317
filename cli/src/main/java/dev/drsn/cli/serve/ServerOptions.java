package dev.drsn.cli.serve;

import dev.drsn.engine.DrsnException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a server listens and what it lets in.
 *
 * @param port 0 for any that is free
 * @param token clients must send as {@code Authorization: Bearer}, or null
 * @param maxBody bytes of a request's body
 * @param maxRequests for inference at once; others are told to come back
 * @param timeoutSeconds a request may take
 */
public record ServerOptions(
    InetAddress host, int port, String token, int maxBody, int maxRequests, int timeoutSeconds) {

  private static final int LEAST_TOKEN = 16;

  public ServerOptions {
    if (!host.isLoopbackAddress() && token == null) {
      throw new DrsnException(
          host.getHostAddress() + " lets other machines in; give them a --token-file");
    }
    if (token != null && (token.length() < LEAST_TOKEN || !token.matches("[!-~]+"))) {
      throw new DrsnException("the token has at least 16 characters of ASCII, and no spaces");
    }
    if (port < 0 || port > 65_535) {
      throw new DrsnException("a port is 0 to 65535, not " + port);
    }
    if (maxBody < 1024 || maxRequests < 1 || timeoutSeconds < 1) {
      throw new DrsnException("limits are above zero; give other numbers");
    }
  }

  /** With limits that suit pages and metrics. */
  public static ServerOptions of(String host, int port, String token) {
    return new ServerOptions(address(host), port, token, 1 << 20, 64, 30);
  }

  /** The address of that name. */
  public static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new DrsnException("there is no address of the name " + host + "; use 127.0.0.1", e);
    }
  }
}

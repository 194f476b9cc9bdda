import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.concurrent.Executors;
import javax.net.ssl.*;

public class Server {
    public static void main(String[] arguments) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore own = KeyStore.getInstance(new File("server.p12"), password);
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, password);

        KeyStore ca = KeyStore.getInstance(new File("ca.p12"), password); // the CA that signed the clients
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(ca);

        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);

        HttpsServer server = HttpsServer.create(new InetSocketAddress("localhost", 3000), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters connection) {
                SSLParameters parameters = tls.getDefaultSSLParameters();
                parameters.setNeedClientAuth(true); // or: setWantClientAuth(true)
                connection.setSSLParameters(parameters);
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", Server::hello);
        server.start();
    }

    static void hello(HttpExchange exchange) throws IOException {
        String client = "nobody";
        try {
            client = ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException noCertificate) {
        }
        byte[] body = ("Hello World, " + client + "\n").getBytes();
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}

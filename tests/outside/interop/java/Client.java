import java.io.File;
import java.net.URI;
import java.net.http.*;
import java.security.KeyStore;
import javax.net.ssl.*;

public class Client {
    public static void main(String[] arguments) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore own = KeyStore.getInstance(new File("client.p12"), password);
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, password);

        KeyStore ca = KeyStore.getInstance(new File("ca.p12"), password);
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(ca);

        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);

        var client = HttpClient.newBuilder().sslContext(tls).build();
        var request = HttpRequest.newBuilder(URI.create("https://localhost:3000/")).build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(response.statusCode());
        System.out.println(response.body());
    }
}

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client of TLS with JSSE: connects twice, sends a line each time, and prints what it sees. */
public final class TlsClient {
    private static final char[] PASSWORD = "secret".toCharArray();

    /** Arguments: port, server name, file of the authority, version, how much to send before the line, and optionally a PKCS #12 file. */
    public static void main(String[] args) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (FileInputStream in = new FileInputStream(args[2])) {
            trusted.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(args.length > 5 ? keys(args[5]) : null, trust.getTrustManagers(), null);
        try {
            long first = connect(context, args, -1);
            connect(context, args, first);
        } catch (java.io.IOException error) {
            System.out.println(error);
            System.exit(1);
        }
    }

    private static KeyManager[] keys(String file) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(file)) {
            own.load(in, PASSWORD);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, PASSWORD);
        return factory.getKeyManagers();
    }

    /** Returns when its session began: one that is resumed has begun with the first connection. */
    private static long connect(SSLContext context, String[] args, long began) throws Exception {
        int port = Integer.parseInt(args[0]);
        Socket plain = new Socket("127.0.0.1", port);
        // The session cache goes by the name and the port.
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, args[1], port, true)) {
            var parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(args[1])));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            parameters.setProtocols(new String[] {"TLSv" + args[3]});
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(("x".repeat(Integer.parseInt(args[4])) + "hello\n").getBytes());
            var line = new BufferedReader(new InputStreamReader(socket.getInputStream())).readLine();
            var session = socket.getSession();
            boolean isResumed = session.getCreationTime() == began;
            System.out.printf("%s %s resumed=%b %s%n", session.getProtocol(), socket.getApplicationProtocol(), isResumed, line);
            // Two sessions may begin in the same millisecond.
            Thread.sleep(5);
            return session.getCreationTime();
        }
    }
}

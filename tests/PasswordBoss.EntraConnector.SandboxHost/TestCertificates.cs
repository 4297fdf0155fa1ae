using System;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PasswordBoss.EntraConnector.SandboxHost;

/// <summary>A new certificate authority, and a certificate for the loopback names that it issued.</summary>
public sealed class TestCertificates : IDisposable
{
    private TestCertificates(X509Certificate2 authority, X509Certificate2 server)
    {
        Authority = authority;
        Server = server;
    }

    /// <summary>The certificate of the authority, without its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The certificate for localhost, 127.0.0.1, ::1 and the further names, with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>The authority as PEM: the content of a file for <c>SSL_CERT_FILE</c>.</summary>
    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>Creates both, valid for a day.</summary>
    /// <param name="hosts">Further names of the server.</param>
    public static TestCertificates Create(params string[] hosts)
    {
        // Valid before now, so that a slow clock does not fail a test.
        var from = DateTimeOffset.UtcNow.AddHours(-1);
        var to = from.AddDays(1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Sandbox test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        foreach (var host in hosts)
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(new OidCollection { new("1.3.6.1.5.5.7.3.1") }, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var issued = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(12));
        using var withKey = issued.CopyWithPrivateKey(key);
        // TLS on Windows requires an imported key, not one in memory.
        var server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        return new TestCertificates(X509CertificateLoader.LoadCertificate(authority.RawData), server);
    }

    /// <summary>A certificate from a file. Its authority is not in the file, so the certificate replaces it.</summary>
    /// <param name="path">A PKCS#12 file without a password.</param>
    public static TestCertificates FromFile(string path)
    {
        var server = X509CertificateLoader.LoadPkcs12FromFile(path, null);
        return new TestCertificates(X509CertificateLoader.LoadCertificate(server.RawData), server);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }
}

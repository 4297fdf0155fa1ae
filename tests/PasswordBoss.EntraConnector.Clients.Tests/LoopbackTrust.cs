using System;
using System.IO;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>
/// A certificate authority of this test process, trusted by the platform's store through <c>SSL_CERT_FILE</c>. That variable is read by OpenSSL, so this
/// works on Linux only; elsewhere the servers of the tests speak plain HTTP, and the tests about certificates are skipped.
/// </summary>
internal static class LoopbackTrust
{
    private static readonly X509Certificate2 Authority = CreateAuthority();

    /// <summary>Whether the servers can speak TLS.</summary>
    public static bool Available => OperatingSystem.IsLinux();

    /// <summary>A certificate for this machine's loopback names, issued by the trusted authority.</summary>
    public static X509Certificate2 Trusted { get; } = Issue(Authority, "localhost");

    /// <summary>A certificate for the same names that no authority has signed.</summary>
    public static X509Certificate2 SelfSigned { get; } = Issue(null, "localhost");

    /// <summary>A certificate of the trusted authority for another host.</summary>
    public static X509Certificate2 ForAnotherHost { get; } = Issue(Authority, "elsewhere.example");

    /// <summary>Runs before all other code of the assembly, because the process reads its trusted roots only once.</summary>
    [ModuleInitializer]
    internal static void Trust()
    {
        if (!Available)
            return;
        var file = Path.Combine(Path.GetTempPath(), "entra-connector-test-ca-" + Guid.NewGuid().ToString("N") + ".pem");
        File.WriteAllText(file, Authority.ExportCertificatePem());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(file);
        // The runtime keeps its own copy of the environment, but OpenSSL reads that of the process.
        _ = SetNativeVariable("SSL_CERT_FILE\0"u8.ToArray(), [.. Encoding.UTF8.GetBytes(file), 0], 1);
    }

    [DllImport("libc", EntryPoint = "setenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetNativeVariable(byte[] name, byte[] value, int overwrite);

    private static X509Certificate2 CreateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Loopback test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 Issue(X509Certificate2? issuer, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + host, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var from = DateTimeOffset.UtcNow.AddHours(-1);
        var to = DateTimeOffset.UtcNow.AddDays(1);
        if (issuer is null)
            return request.CreateSelfSigned(from, to);
        using var issued = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }
}

/// <summary>A test about certificates, which needs the authority of <see cref="LoopbackTrust"/>.</summary>
internal sealed class TlsFactAttribute : FactAttribute
{
    /// <summary>Skips the test if the authority cannot be trusted.</summary>
    public TlsFactAttribute() => Skip = LoopbackTrust.Available ? null : "The platform's trust store cannot be changed for one process.";
}

/// <summary>The same for a test with data.</summary>
internal sealed class TlsTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the test if the authority cannot be trusted.</summary>
    public TlsTheoryAttribute() => Skip = LoopbackTrust.Available ? null : "The platform's trust store cannot be changed for one process.";
}

using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Module.Tests.Servers;

/// <summary>
/// A certificate for the servers that the tests start. This process trusts its authority as users do, through the platform's store and
/// <c>SSL_CERT_FILE</c>. OpenSSL reads that variable, so this works only on Linux.
/// </summary>
internal static class ServerTrust
{
    // The hosts that the documentation names. Only processes of the tests trust the certificate.
    private static readonly string[] DocumentedHosts =
        ["login.microsoftonline.com", "graph.microsoft.com", "scim.example.com", "scim.fabrikam.example", "prod.example", "tickets.example"];

    private static readonly string Folder = Directory.CreateTempSubdirectory("pbentra-servers-").FullName;

    /// <summary>Whether the servers can be trusted here.</summary>
    public static bool Available => OperatingSystem.IsLinux();

    /// <summary>The certificate with its key, as a PKCS#12 file without a password.</summary>
    public static string CertificateFile { get; } = Path.Combine(Folder, "server.pfx");

    /// <summary>The authority, as PEM.</summary>
    public static string AuthorityFile { get; } = Path.Combine(Folder, "authority.pem");

    /// <summary>Runs before all other code of the assembly, because the process reads its trusted roots only once.</summary>
    [ModuleInitializer]
    internal static void Trust()
    {
        if (!Available)
            return;
        using var certificates = TestCertificates.Create(DocumentedHosts);
        File.WriteAllText(AuthorityFile, certificates.AuthorityPem);
        File.WriteAllBytes(CertificateFile, certificates.Server.Export(X509ContentType.Pkcs12));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);
        // The runtime keeps its own copy of the environment, but OpenSSL reads that of the process.
        _ = SetNativeVariable("SSL_CERT_FILE\0"u8.ToArray(), [.. Encoding.UTF8.GetBytes(AuthorityFile), 0], 1);
    }

    [DllImport("libc", EntryPoint = "setenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetNativeVariable(byte[] name, byte[] value, int overwrite);
}

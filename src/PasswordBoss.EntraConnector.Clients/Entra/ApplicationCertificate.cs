using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Finds the certificate that an application signs in with, and refuses an unusable one before anything is sent.</summary>
internal static class ApplicationCertificate
{
    private const byte DerSequence = 0x30;
    private const int KeySize = 2048;

    /// <summary>Creates a certificate for an application. Its private key exists only in memory and is exportable, so that it can be stored encrypted.</summary>
    /// <param name="name">The common name.</param>
    /// <param name="begins">The start of its validity; a past time lets machines with a slightly slow clock use it at once.</param>
    /// <param name="expires">The end of its validity.</param>
    public static X509Certificate2 Create(string name, DateTimeOffset begins, DateTimeOffset expires)
    {
#if NET8_0_OR_GREATER
        using var key = RSA.Create(KeySize);
#else
        // On .NET Framework, RSA.Create returns a key without PSS support, which the assertion needs.
        using var key = new RSACng(KeySize);
#endif
        var subject = new X500DistinguishedName("CN=\"" + string.Concat(name.Split('"')) + "\"");
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        return request.CreateSelfSigned(begins, expires);
    }

    /// <summary>Opens a certificate that was stored with the connection.</summary>
    /// <param name="pkcs12">The certificate with its private key, as PKCS#12.</param>
    /// <param name="password">Its password; null for none.</param>
    /// <param name="name">The name of the certificate in errors.</param>
    /// <param name="time">The clock of this machine.</param>
    public static X509Certificate2 FromPkcs12(byte[] pkcs12, string? password, string name, TimeProvider time)
    {
        try
        {
            // Keep the key out of the file system, except on macOS, which does not support ephemeral keys.
            var flags = RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
            return Usable(new X509Certificate2(pkcs12, password, flags), name, time);
        }
        catch (CryptographicException)
        {
            throw new ConnectorException(NotUsable(name, Texts.CertificateNotReadable));
        }
    }

    /// <summary>Finds a certificate in the user's store, else in the machine's store, because scheduled tasks run as SYSTEM.</summary>
    /// <param name="thumbprint">The SHA-1 thumbprint; characters that are not hexadecimal digits, such as spaces and colons, are ignored.</param>
    /// <param name="time">The clock of this machine.</param>
    public static X509Certificate2 FromStore(string thumbprint, TimeProvider time)
    {
        var wanted = new StringBuilder(thumbprint.Length);
        foreach (var c in thumbprint)
        {
            // The certificate dialog of Windows puts an invisible character in front of a copied thumbprint.
            if (Uri.IsHexDigit(c))
                wanted.Append(char.ToUpperInvariant(c));
        }

        X509Certificate2? withoutKey = null;
        foreach (var location in new[] { StoreLocation.CurrentUser, StoreLocation.LocalMachine })
        {
            if (Find(location, wanted.ToString()) is not { } found)
                continue;
            if (found.HasPrivateKey)
                return Usable(found, thumbprint, time);
            withoutKey ??= found;
        }

        throw new ConnectorException(NotUsable(thumbprint, withoutKey is null ? Texts.CertificateNotInStore : Texts.CertificateNoPrivateKey));
    }

    /// <summary>Opens a certificate file: PKCS#12, or PEM with the certificate and its key.</summary>
    /// <param name="path">The path.</param>
    /// <param name="password">The password of the file; null for none.</param>
    /// <param name="time">The clock of this machine.</param>
    public static X509Certificate2 FromFile(string path, string? password, TimeProvider time)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConnectorException(Problems.CertificateNotUsable(path, Texts.CertificateFileNotReadable).About(path), e);
        }

        // PKCS#12 is a DER sequence (RFC 7292); anything else can only be text.
        return content.Length > 0 && content[0] == DerSequence ? FromPkcs12(content, password, path, time) : FromPem(Encoding.UTF8.GetString(content), password, path, time);
    }

#if NET8_0_OR_GREATER
    private static X509Certificate2 FromPem(string pem, string? password, string path, TimeProvider time)
    {
        try
        {
            return Usable(password is null ? X509Certificate2.CreateFromPem(pem, pem) : X509Certificate2.CreateFromEncryptedPem(pem, pem, password), path, time);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ConnectorException(NotUsable(path, Texts.CertificateNotReadable));
        }
    }
#else
    // .NET Framework cannot read PEM. The key service of Windows imports the unencrypted PKCS#8 key that such files usually contain.
    private static X509Certificate2 FromPem(string pem, string? password, string path, TimeProvider time)
    {
        if (password is not null || Section(pem, "PRIVATE KEY") is not { } key || Section(pem, "CERTIFICATE") is not { } certificate)
            throw new ConnectorException(NotUsable(path, Texts.CertificatePemForm));
        try
        {
            using var bare = new X509Certificate2(certificate);
            using var rsa = new RSACng(CngKey.Import(key, CngKeyBlobFormat.Pkcs8PrivateBlob));
            return Usable(bare.CopyWithPrivateKey(rsa), path, time);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ConnectorException(NotUsable(path, Texts.CertificateNotReadable));
        }
    }

    private static byte[]? Section(string pem, string label)
    {
        var begin = pem.IndexOf("-----BEGIN " + label + "-----", StringComparison.Ordinal);
        if (begin < 0)
            return null;
        begin = pem.IndexOf('\n', begin);
        var end = begin < 0 ? -1 : pem.IndexOf("-----END", begin, StringComparison.Ordinal);
        try
        {
            return end < 0 ? null : Convert.FromBase64String(pem.Substring(begin, end - begin));
        }
        catch (FormatException)
        {
            return null;
        }
    }
#endif

    private static X509Certificate2? Find(StoreLocation location, string thumbprint)
    {
        try
        {
            using var store = new X509Store(StoreName.My, location);
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            X509Certificate2? found = null;
            foreach (var certificate in store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false))
            {
                if (found is null)
                    found = certificate;
                else
                    certificate.Dispose();
            }

            return found;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException or System.Security.SecurityException)
        {
            // This user has no such store or may not open it, so it contains no certificate for them.
            return null;
        }
    }

    private static X509Certificate2 Usable(X509Certificate2 certificate, string name, TimeProvider time)
    {
        var refusal = Refusal(certificate, name, time.GetUtcNow().UtcDateTime);
        if (refusal is null)
            return certificate;
        certificate.Dispose();
        throw new ConnectorException(refusal);
    }

    private static Problem? Refusal(X509Certificate2 certificate, string name, DateTime now)
    {
        if (!certificate.HasPrivateKey)
            return NotUsable(name, Texts.CertificateNoPrivateKey);
        if (now > certificate.NotAfter.ToUniversalTime())
            return NotUsable(name, Texts.CertificateExpired(MessageValue.LocalDay(certificate.NotAfter)));
        if (now < certificate.NotBefore.ToUniversalTime())
            return NotUsable(name, Texts.CertificateNotYetValid(MessageValue.LocalDay(certificate.NotBefore)));
        try
        {
            // Entra only accepts assertions that are signed with RSA (https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
            using var key = certificate.GetRSAPrivateKey();
            return key is null ? NotUsable(name, Texts.CertificateNotRsa) : null;
        }
        catch (CryptographicException)
        {
            return NotUsable(name, Texts.CertificateKeyDenied);
        }
    }

    private static Problem NotUsable(string name, Message reason) =>
        Problems.CertificateNotUsable(name, reason).About(name);
}

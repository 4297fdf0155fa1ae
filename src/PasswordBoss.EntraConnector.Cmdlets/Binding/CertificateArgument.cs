using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Converts a certificate object to a form that can be stored: the certificate with its key or, if the key cannot leave the certificate store, its thumbprint.
/// Any other certificate object would be lost when the process ends.
/// </summary>
internal static class CertificateArgument
{
    internal static (CredentialKind Kind, byte[]? Content, string? Reference) Read(X509Certificate2 certificate)
    {
        if (!certificate.HasPrivateKey)
            throw new ConnectorException(Unusable(certificate, Texts.CertificateNoPrivateKey));
        try
        {
            return (CredentialKind.Certificate, certificate.Export(X509ContentType.Pkcs12), null);
        }
        catch (CryptographicException)
        {
            // The key is not exportable, so only the certificate store can provide it.
        }

        if (IsInStore(certificate, StoreLocation.CurrentUser) || IsInStore(certificate, StoreLocation.LocalMachine))
            return (CredentialKind.CertificateThumbprint, null, certificate.Thumbprint);
        throw new ConnectorException(Unusable(certificate, Texts.CertificateNotStorable));
    }

    private static bool IsInStore(X509Certificate2 certificate, StoreLocation location)
    {
        try
        {
            using var store = new X509Store(StoreName.My, location);
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            return store.Certificates.Find(X509FindType.FindByThumbprint, certificate.Thumbprint, validOnly: false).Count > 0;
        }
        catch (CryptographicException)
        {
            // Some platforms and users do not have both stores.
            return false;
        }
    }

    private static Problem Unusable(X509Certificate2 certificate, Message reason) =>
        Problems.CertificateNotUsable(certificate.Thumbprint, reason);
}

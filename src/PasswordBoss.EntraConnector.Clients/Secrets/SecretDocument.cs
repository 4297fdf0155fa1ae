using System;
using System.IO;
using System.Security.Cryptography;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>The secrets of a connection as one encrypted JSON text.</summary>
internal static class SecretDocument
{
    /// <summary>Writes and encrypts.</summary>
    /// <param name="protector">Encrypts the text.</param>
    /// <param name="connection">The connection, with the settings that the secrets were entered for.</param>
    /// <param name="secrets">Its secrets.</param>
    public static byte[] Protect(ISecretProtector protector, ConnectionSettings connection, ConnectionSecrets secrets)
    {
        using var buffer = new MemoryStream();
        var clear = Array.Empty<byte>();
        try
        {
            StoredDocuments.Secrets.Write(buffer, secrets);
            clear = buffer.ToArray();
            return protector.Protect(SecretBinding.Of(connection), clear);
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
            Array.Clear(buffer.GetBuffer(), 0, buffer.GetBuffer().Length);
        }
    }

    /// <summary>Decrypts and reads. Throws <see cref="ErrorId.SecretUnreadable"/>.</summary>
    /// <param name="protector">Decrypts the text.</param>
    /// <param name="connection">The connection, with the settings that the secrets will be used for.</param>
    /// <param name="encrypted">The stored data; null if there is none.</param>
    public static ConnectionSecrets Unprotect(ISecretProtector protector, ConnectionSettings connection, byte[]? encrypted)
    {
        var clear = Array.Empty<byte>();
        try
        {
            // Every connection has secrets. Without them nothing proves that an admin entered these settings.
            clear = protector.Unprotect(SecretBinding.Of(connection), encrypted ?? throw new CryptographicException());
            return StoredDocuments.Secrets.Read(clear);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ConnectorException { Id: ErrorId.StoredTextDamaged })
        {
            // The cause is left out: it may quote the text that it could not read.
            throw new ConnectorException(Problems.SecretUnreadable(connection.Name).About(connection.Name));
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
        }
    }
}

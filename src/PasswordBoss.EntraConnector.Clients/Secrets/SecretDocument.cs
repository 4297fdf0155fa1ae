using System;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>The secrets of a connection as one encrypted JSON text.</summary>
internal static class SecretDocument
{
    /// <summary>Writes and encrypts.</summary>
    /// <param name="protector">Encrypts.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="secrets">Its secrets.</param>
    public static byte[] Protect(ISecretProtector protector, Guid connectionId, ConnectionSecrets secrets)
    {
        using var buffer = new MemoryStream();
        var clear = Array.Empty<byte>();
        try
        {
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                writer.WriteText("clientSecret", secrets.ClientSecret);
                if (secrets.Certificate is { } certificate)
                    writer.WriteBase64String("certificate", certificate);
                writer.WriteText("certificatePassword", secrets.CertificatePassword);
                writer.WriteText("passwordBossToken", secrets.PasswordBossToken);
                writer.WriteEndObject();
            }

            clear = buffer.ToArray();
            return protector.Protect(connectionId, clear);
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
            Array.Clear(buffer.GetBuffer(), 0, buffer.GetBuffer().Length);
        }
    }

    /// <summary>Decrypts and reads. Throws <see cref="ErrorId.SecretUnreadable"/>.</summary>
    /// <param name="protector">Decrypts.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="name">Its name, for the message.</param>
    /// <param name="encrypted">What is stored.</param>
    public static ConnectionSecrets Unprotect(ISecretProtector protector, Guid connectionId, string name, byte[] encrypted)
    {
        var clear = Array.Empty<byte>();
        try
        {
            clear = protector.Unprotect(connectionId, encrypted);
            using var document = JsonDocument.Parse(clear);
            var element = document.RootElement;
            return new ConnectionSecrets
            {
                ClientSecret = element.FindText("clientSecret"),
                Certificate = element.Find("certificate")?.GetBytesFromBase64(),
                CertificatePassword = element.FindText("certificatePassword"),
                PasswordBossToken = element.FindText("passwordBossToken"),
            };
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException or IOException or UnauthorizedAccessException)
        {
            // Without the cause: it may quote what it could not read.
            throw new ConnectorException(ErrorId.SecretUnreadable, name) { Target = name };
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
        }
    }
}

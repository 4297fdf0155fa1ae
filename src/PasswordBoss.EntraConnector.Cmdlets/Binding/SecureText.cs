using System.Net;
using System.Security;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>A secret that a user entered.</summary>
internal static class SecureText
{
    /// <summary>The text of a secret.</summary>
    /// <param name="secret">The secret.</param>
    public static string Reveal(SecureString secret) => new NetworkCredential("", secret).Password;
}

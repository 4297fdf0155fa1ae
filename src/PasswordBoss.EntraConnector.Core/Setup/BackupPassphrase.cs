using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// The rule for the passphrase of a new backup. Anyone who has the file can try any number of passphrases, so a short one protects nothing.
/// </summary>
internal static class BackupPassphrase
{
    /// <summary>The shortest passphrase.</summary>
    public const int MinimumLength = 12;

    private const int MinimumVariety = 5;

    /// <summary>Throws <see cref="ErrorId.PassphraseWeak"/> for a passphrase that is too short, or has too few different characters.</summary>
    /// <param name="passphrase">The passphrase.</param>
    public static void Validate(string passphrase)
    {
        if (passphrase.Trim().Length < MinimumLength || passphrase.Distinct().Take(MinimumVariety).Count() < MinimumVariety)
        {
            throw new ConnectorException(Problems.PassphraseWeak(
                MinimumLength.ToString(CultureInfo.CurrentCulture), MinimumVariety.ToString(CultureInfo.CurrentCulture)));
        }
    }
}

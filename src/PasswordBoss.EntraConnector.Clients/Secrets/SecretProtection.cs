using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>Chooses how secrets are encrypted: by Windows itself where there is Windows, elsewhere with a key that only its owner can read.</summary>
internal static class SecretProtection
{
    /// <summary>The way of this platform.</summary>
    /// <param name="location">Where the state lies, and the keys.</param>
    public static ISecretProtector For(StateLocation location)
    {
#if NET472
        // On mono, too, which has an own implementation with keys in the folders of its user.
        return new WindowsSecretProtector(location.IsMachineWide);
#else
        return Platform.IsWindows ? new WindowsSecretProtector(location.IsMachineWide) : new KeyFolderSecretProtector(location);
#endif
    }
}

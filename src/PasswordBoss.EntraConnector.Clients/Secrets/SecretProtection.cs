using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>Chooses the encryption of secrets: DPAPI on Windows, elsewhere a key that only its owner can read.</summary>
internal static class SecretProtection
{
    /// <summary>The protector for this platform.</summary>
    /// <param name="location">The location of the state and the keys.</param>
    public static ISecretProtector For(StateLocation location)
    {
#if NET472
        // Also on mono, whose own DPAPI implementation keeps its keys in the user's folders.
        return new WindowsSecretProtector(location.IsMachineWide);
#else
        return Platform.IsWindows ? new WindowsSecretProtector(location.IsMachineWide) : new KeyFolderSecretProtector(location);
#endif
    }
}

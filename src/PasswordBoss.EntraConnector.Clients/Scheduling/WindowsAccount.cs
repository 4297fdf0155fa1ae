using System;
using System.Runtime.Versioning;
using System.Security.Principal;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// Accounts in task definitions. They are written as ids, which the scheduler understands in every language, for Entra accounts, and without a reachable domain
/// controller. The scheduler also writes ids, whatever form it was given.
/// </summary>
internal static class WindowsAccount
{
    private const string IdStart = "S-1-";

    /// <summary>The account of this process.</summary>
    public static string Current => Platform.IsWindows ? CurrentId() : Environment.UserName;

    /// <summary>The display form of an account. A text that is not an id, or an unknown id, is returned unchanged.</summary>
    /// <param name="account">The account, as in a definition.</param>
    public static string NameOf(string account) =>
        Platform.IsWindows && account.StartsWith(IdStart, StringComparison.OrdinalIgnoreCase) ? Translate(account) : account;

    [SupportedOSPlatform("windows")]
    private static string CurrentId()
    {
        using var identity = WindowsIdentity.GetCurrent();
        return identity.User?.Value ?? identity.Name;
    }

    [SupportedOSPlatform("windows")]
    private static string Translate(string id)
    {
        try
        {
            return new SecurityIdentifier(id).Translate(typeof(NTAccount)).Value;
        }
        catch (SystemException)
        {
            // IdentityNotMappedException for a deleted account; other exceptions while no domain controller responds.
            return id;
        }
    }
}

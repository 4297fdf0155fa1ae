using System;
using System.Runtime.Versioning;
using System.Security.Principal;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// Accounts in the definitions of tasks. They are written there as ids: those the scheduler understands in every language, for accounts of Entra, and while no
/// domain controller answers. It writes ids, too, whatever it was given.
/// </summary>
internal static class WindowsAccount
{
    private const string IdStart = "S-1-";

    /// <summary>The account of this process.</summary>
    public static string Current => Platform.IsWindows ? CurrentId() : Environment.UserName;

    /// <summary>How people know an account; what is no id, and an id that nobody knows, stays as it is.</summary>
    /// <param name="account">The account, as it stands in a definition.</param>
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
            // IdentityNotMappedException for an account that is gone, others while no domain controller answers.
            return id;
        }
    }
}

using System;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>The values of the extension for the state and the manager of an account.</summary>
internal static class AccountWords
{
    public static string? Of(ManagedBy managedBy) => managedBy is ManagedBy.AzureAD or ManagedBy.ActiveDirectory or ManagedBy.PasswordBoss ? managedBy.ToString() : null;

    public static string Of(AccountState state) => state switch
    {
        AccountState.Active => "active",
        AccountState.Pending => "pending",
        AccountState.Disabled => "disabled",
        AccountState.Personal => "personal",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static AccountState ReadState(string word) => word switch
    {
        "active" => AccountState.Active,
        "pending" => AccountState.Pending,
        "disabled" => AccountState.Disabled,
        "personal" => AccountState.Personal,
        _ => throw ScimException.InvalidValue("'" + word + "' is not an accountState."),
    };

    /// <summary>Parses the manager; unspecified for null.</summary>
    public static ManagedBy ReadManager(string? word) => word switch
    {
        null => ManagedBy.Unspecified,
        "AzureAD" => ManagedBy.AzureAD,
        "ActiveDirectory" => ManagedBy.ActiveDirectory,
        "PasswordBoss" => ManagedBy.PasswordBoss,
        _ => throw ScimException.InvalidValue("'" + word + "' is not a managedBy."),
    };
}

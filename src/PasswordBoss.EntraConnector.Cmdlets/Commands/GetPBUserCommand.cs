using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the accounts of Password Boss.</summary>
[Cmdlet(VerbsCommon.Get, "PBUser")]
[OutputType(typeof(PBUser))]
public sealed class GetPBUserCommand : ConnectionsCommand
{
    /// <summary>Addresses, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [FilledItems]
    [ArgumentCompleter(typeof(AccountPatternCompleter))]
    public string[]? Email { get; set; }

    /// <summary>States.</summary>
    [Parameter]
    [NoNullItems]
    [FilledItems]
    public AccountState[]? State { get; set; }

    /// <summary>Who manages the account.</summary>
    [Parameter]
    [NoNullItems]
    [FilledItems]
    public ManagedBy[]? ManagedBy { get; set; }

    /// <summary>Only accounts that no user explains: not linked, and no member of the user group has their address or external ID.</summary>
    [Parameter]
    public SwitchParameter Unmatched { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var addresses = WildcardsOf(Email);
        ForEachTarget(connection =>
        {
            var users = Run((service, observer, token) => Unmatched ? service.GetUnmatchedUsersAsync(connection, observer, token) : service.GetUsersAsync(connection, token));
            WriteObject(
                users.Where(user => addresses.Fit(user.Email) && (State is null || State.Contains(user.State)) && (ManagedBy is null || ManagedBy.Contains(user.ManagedBy))),
                enumerateCollection: true);
        });
    }
}

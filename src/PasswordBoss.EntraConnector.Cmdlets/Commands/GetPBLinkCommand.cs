using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the links between users of Entra and accounts of Password Boss, from stored data without any request to a server, unless users without an account are wanted.</summary>
[Cmdlet(VerbsCommon.Get, "PBLink")]
[OutputType(typeof(PBLink), typeof(PBMissingLink))]
public sealed class GetPBLinkCommand : ConnectionsCommand
{
    /// <summary>Object ids or addresses of users, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("EntraId")]
    [SupportsWildcards]
    [FilledItems(NullIsAbsent = true)]
    [ArgumentCompleter(typeof(UserPatternCompleter))]
    public string[]? User { get; set; }

    /// <summary>Ids or addresses of accounts, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AccountId")]
    [SupportsWildcards]
    [FilledItems(NullIsAbsent = true)]
    [ArgumentCompleter(typeof(AccountPatternCompleter))]
    public string[]? Account { get; set; }

    /// <summary>Instead of links, the users of the user group who have no account, each with the reason. Both sides are read.</summary>
    [Parameter]
    public SwitchParameter Missing { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // An object of the pipeline may lack either. A typed null, such as a property that does not exist, would select all links, and a command behind them might remove them.
        if (IsTypedNull(nameof(User), User) || IsTypedNull(nameof(Account), Account))
            ThrowTerminatingError(FilledItemsAttribute.Error());
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var users = WildcardsOf(User);
        var accounts = WildcardsOf(Account);
        ForEachTarget(connection =>
        {
            if (Missing)
            {
                var missing = Run((service, observer, token) => service.GetMissingLinksAsync(connection, observer, token));
                WriteObject(missing.Where(link => users.Fit(link.EntraId, link.User) && (Account is null || accounts.Fit(link.AccountId))), enumerateCollection: true);
                return;
            }

            WriteObject(
                Service.GetLinks(connection).Where(link => users.Fit(link.EntraId, link.User) && accounts.Fit(link.AccountId, link.Email)),
                enumerateCollection: true);
        });
    }

    private bool IsTypedNull(string parameter, string[]? value) => value is null && MyInvocation.BoundParameters.ContainsKey(parameter);
}

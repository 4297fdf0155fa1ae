using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the links between users of Entra and accounts of Password Boss, from stored data without any request to a server.</summary>
[Cmdlet(VerbsCommon.Get, "PBLink")]
[OutputType(typeof(PBLink))]
public sealed class GetPBLinkCommand : ConnectionsCommand
{
    /// <summary>Object ids or addresses of users, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("EntraId")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserPatternCompleter))]
    public string[]? User { get; set; }

    /// <summary>Ids or addresses of accounts, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AccountId")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AccountPatternCompleter))]
    public string[]? Account { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        var users = new Wildcards(User);
        var accounts = new Wildcards(Account);
        WriteObject(
            Service.GetLinks(connection).Where(link => users.Fit(link.EntraId, link.User) && accounts.Fit(link.AccountId, link.Email)),
            enumerateCollection: true);
    });
}

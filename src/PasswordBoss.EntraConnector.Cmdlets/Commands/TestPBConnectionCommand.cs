using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Checks the whole chain from this machine to both sides, in the order in which an admin would debug it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PBConnection")]
[OutputType(typeof(PBConnectionCheck), typeof(bool))]
public sealed class TestPBConnectionCommand : ConnectionsCommand
{
    /// <summary>Only return whether no check failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        var checks = Run((service, _, token) => service.TestAsync(connection, token));
        if (Quiet)
            WriteObject(checks.All(check => check.Status != CheckStatus.Failed));
        else
            WriteObject(checks, enumerateCollection: true);
    });
}

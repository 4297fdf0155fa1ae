using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Makes the stored connections equal to a configuration file, and emits what differs in each.</summary>
[Cmdlet(VerbsData.Import, "PBConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(PBConfigurationChange))]
public sealed class ImportPBConfigurationCommand : ConnectorCommand
{
    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var all = Plan();
        var number = 0;
        var count = all.Count(NeedsApproval);
        foreach (var planned in all)
        {
            if (NeedsApproval(planned))
                Place = (++number, count);
            var problem = planned.Problem;
            var outcome = ChangeOutcome.Skipped;
            try
            {
                outcome = problem is null ? Import(planned) : ChangeOutcome.Refused;
            }
            catch (ConnectorException exception)
            {
                problem = exception.Problem;
                outcome = ChangeOutcome.Failed;
            }

            WriteObject(planned.Describe(outcome, problem));
            if (problem is not null)
                WriteError(new ConnectorException(problem), planned.Name);
        }
    }

    private static bool NeedsApproval(PlannedConfiguration planned) => planned.Problem is null && planned.Action != ConfigurationAction.Unchanged;

    private IReadOnlyList<PlannedConfiguration> Plan()
    {
        try
        {
            return Service.PlanImport(FullPath(Path));
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
            throw;
        }
    }

    private ChangeOutcome Import(PlannedConfiguration planned)
    {
        if (planned.Action == ConfigurationAction.Unchanged)
            return ChangeOutcome.Skipped;
        var action = planned.Action == ConfigurationAction.Create
            ? Texts.DoCreateConnection
            : Texts.DoChangeConnection(string.Join("; ", planned.Differences.Select(difference => difference.ToString())));
        if (!Approve(planned.Name, action))
            return ShouldProcessApprover.IsWhatIf(this) ? ChangeOutcome.Planned : ChangeOutcome.Skipped;
        return Run((service, observer, _) =>
        {
            service.Import(planned, observer);
            return Task.FromResult(ChangeOutcome.Done);
        });
    }
}

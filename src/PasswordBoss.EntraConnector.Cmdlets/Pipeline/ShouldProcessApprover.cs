using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Calls PowerShell's <c>ShouldProcess</c> for each action, which prints the line of <c>-WhatIf</c> and prompts under <c>-Confirm</c>.</summary>
internal sealed class ShouldProcessApprover : IPlanApprover
{
    // A longer list scrolls off a screen, so a summary comes first.
    private const int LongPlan = 20;
    private readonly PSCmdlet command;
    private readonly PipelinePump pump;

    /// <summary>Creates the approver. Must run on the pipeline thread, because it reads preference variables.</summary>
    internal ShouldProcessApprover(PSCmdlet command, PipelinePump pump)
    {
        this.command = command;
        this.pump = pump;
        IsPreview = IsWhatIf(command);
        IsInteractive = !IsPreview && AsksForConfirmation(command);
    }

    public bool IsPreview { get; }

    public bool IsInteractive { get; }

    /// <summary>Whether <c>-WhatIf</c> or its preference variable is set.</summary>
    internal static bool IsWhatIf(PSCmdlet command) =>
        command.MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
            ? LanguagePrimitives.IsTrue(given)
            : LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>Whether PowerShell prompts for an action of medium impact.</summary>
    internal static bool AsksForConfirmation(PSCmdlet command)
    {
        if (command.MyInvocation.BoundParameters.TryGetValue("Confirm", out var given))
            return LanguagePrimitives.IsTrue(given);
        return LanguagePrimitives.TryConvertTo<ConfirmImpact>(command.SessionState.PSVariable.GetValue("ConfirmPreference"), CultureInfo.InvariantCulture, out var preference)
            && preference is ConfirmImpact.Low or ConfirmImpact.Medium;
    }

    public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken) =>
        // Ask about the whole connection in one posted action, so that the prompts of several connections never mix.
        pump.AskAsync<IReadOnlyCollection<string>>(
            () =>
            {
                if (IsPreview && actions.Count > LongPlan)
                {
                    var summary = PlanSummary.Of(connection, actions);
                    command.ShouldProcess(summary, summary, summary);
                }

                return actions.Where((action, index) => Approve(action, Texts.ApproveCaption(connection, PlanSummary.Number(index + 1), PlanSummary.Number(actions.Count)).Render()))
                    .Select(action => action.Key).ToList();
            },
            cancellationToken);

    private bool Approve(PlannedChange action, string caption)
    {
        var sentence = ActionSentence.Of(action);
        return command.ShouldProcess(sentence, sentence, caption);
    }
}

using System;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The output of the tour on the sandbox: every sentence of <c>-WhatIf</c>, and every warning, error and table.</summary>
[Trait("Speed", "Slow")]
public sealed partial class WhatIfTranscriptTests
{
    // Accounts are created in parallel, and leavers are handled in the order of their accounts. So the users between two runs leave in different ways.
    private const string First = """
        $null = Connect-PBEntra -Sandbox
        Set-PBSyncGroup -AddGroup 'Design Studio'
        Invoke-PBSync -WhatIf
        Invoke-PBSync
        """;

    private const string Leavers = """
        Set-PBSyncRule -NewUser CreatePending
        Edit-PBSandbox -RemoveMember zoe.obrien-mueller@fjordlight.example
        Edit-PBSandbox -Rename astrid.solheim@fjordlight.example -To 'Astrid Moe'
        Edit-PBSandbox -Disable amara.okafor@fjordlight.example
        Edit-PBSandbox -AddMember juergen.gross@fjordlight.example
        Remove-PBLink -User ingrid.braaten@fjordlight.example -WhatIf
        $null = Remove-PBLink -User ingrid.braaten@fjordlight.example
        Set-PBSyncGroup -AddGroup Finance
        Invoke-PBSync -WhatIf
        Invoke-PBSync
        """;

    private const string Returns = """
        Set-PBSyncRule -RemovedUser ConvertToPersonal -DeletedUser Delete -DeleteAfterDays 0
        Edit-PBSandbox -AddMember zoe.obrien-mueller@fjordlight.example
        Edit-PBSandbox -RemoveMember henrik.dahl@fjordlight.example
        Edit-PBSandbox -Delete kenji.watanabe@fjordlight.example
        Set-PBLink -User ingrid.braaten@fjordlight.example -Account ingrid.braaten@fjordlight.example -WhatIf
        Set-PBSyncGroup -RemoveGroup 'Design Studio'
        Invoke-PBSync -WhatIf
        Invoke-PBSync
        """;

    private const string Groups = """
        Set-PBSyncRule -RemovedUser None -RemovedGroup Delete
        Edit-PBSandbox -RemoveMember mateo.garcia@fjordlight.example
        Set-PBSyncGroup -AddGroup 'Design Studio' -RemoveGroup Finance
        Invoke-PBSync -WhatIf -Full
        Invoke-PBSync -Full
        Invoke-PBSync -WhatIf
        """;

    // The sandbox has only accounts of the connector, and converting and unlinking an account requires a wait of minutes.
    private static readonly SyncAction[] NotShown = [SyncAction.Adopt, SyncAction.ConvertToPersonal, SyncAction.Unlink];

    [Fact]
    public void The_WhatIf_transcript_matches_the_committed_file()
    {
        using var session = new Session();
        session.Run("$shown = [System.Collections.ArrayList]::new()");
        foreach (var command in string.Join('\n', First, Leavers, Returns, Groups).Split('\n'))
        {
            session.Host.Lines.Add("PS> " + command);
            session.Run($"[cultureinfo]::CurrentCulture = ''; & {{ {command} }} 2>&1 | ForEach-Object {{ [void] $shown.Add($_); $_ }} | Out-Default");
        }

        var transcript = Duration().Replace(AccountId().Replace(session.Host.PlainText, "pba-000000000"), duration => "0.0 s".PadLeft(duration.Length));
        GoldenFile.Check("PasswordBoss.EntraConnector.Module.Tests/Golden/tour.txt", transcript);
        var previewed = session.Run("$shown").Select(item => item.BaseObject).OfType<PBSyncResult>().Where(result => result.Outcome == SyncOutcome.Planned).SelectMany(result => result.Changes);
        Assert.Equal(NotShown, Enum.GetValues<SyncAction>().Except(previewed.Select(change => change.Action)));
    }

    // Accounts are numbered as they arrive.
    [GeneratedRegex(@"pba-\d{9}")]
    private static partial Regex AccountId();

    [GeneratedRegex(@" +\d+\.\d s(?= |$)", RegexOptions.Multiline)]
    private static partial Regex Duration();
}

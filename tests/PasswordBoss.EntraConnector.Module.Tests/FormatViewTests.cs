using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The views of the module for typical objects, 80 and 120 columns wide.</summary>
public sealed partial class FormatViewTests : IDisposable
{
    private const string Namespace = "PasswordBoss.EntraConnector.";
    private const string StrictMode = "[cultureinfo]::CurrentCulture = ''; Set-StrictMode -Version Latest";
    private const int Narrow = 80;
    private const int Wide = 120;
    private const string Folder = "PasswordBoss.EntraConnector.Module.Tests/Golden/Views";

    private static readonly XDocument Shipped = XDocument.Load(Repository.PathOf("module", "PasswordBoss.EntraConnector.format.ps1xml"));

    // Views show some times in local time. In the month after this date, no time zone changes its clocks.
    private static readonly DateTimeOffset Time = new(new DateTime(2026, 1, 4, 5, 6, 7, DateTimeKind.Local));

    private static readonly PBSyncChange Disabled = new()
    {
        Connection = "Contoso",
        Action = SyncAction.Disable,
        Email = "zoe.obrien-mueller@fjordlight.example",
        DisplayName = "Zo\u00EB O'Brien-M\u00FCller",
        EntraId = "f10d1194-0000-4000-8000-000000000003",
        AccountId = "pba-000000003",
        Reason = "left group 'Password Boss Users'",
        Before = "Active",
        After = "Disabled",
        Outcome = ChangeOutcome.Done,
        Time = Time.AddSeconds(30),
        RunId = new Guid("12345678-1234-1234-1234-123456789012"),
    };

    private static readonly PBSyncChange Refused = new()
    {
        Connection = "Contoso",
        Action = SyncAction.ConvertToPersonal,
        DisplayName = "Suharto",
        Group = "Design Studio",
        Reason = "deleted in Entra",
        Outcome = ChangeOutcome.Refused,
        ErrorId = "RemovalLimitExceeded",
        Message = "12 removals are more than the limit allows.",
        Time = Time,
        RunId = new Guid("12345678-1234-1234-1234-123456789012"),
    };

    private static readonly PBSyncStep[] Steps =
    [
        new() { Connection = "Contoso", Name = "Entra", Status = CheckStatus.Warning, Detail = "Zo\u00EB O'Brien-M\u00FCller (zoe.obrien-mueller@fjordlight.example) is disabled in Entra.", At = Time },
        new() { Connection = "Contoso", Name = "Scope", Status = CheckStatus.Passed, Detail = "Member of 'Password Boss Users' through 'Lyon' > 'EMEA'.", At = Time },
        new() { Connection = "Contoso", Name = "Account", Status = CheckStatus.Passed, Detail = "Linked to 'zoe.obrien-mueller@fjordlight.example', which the connector created on 2026-01-02; it is active.", At = Time },
        new() { Connection = "Contoso", Name = "Changes", Status = CheckStatus.Passed, Detail = "Disable account zoe.obrien-mueller@fjordlight.example: state 'Active' \u2192 'Disabled' (Planned).", At = Time },
        new() { Connection = "Contoso", Name = "Holds", Status = CheckStatus.Skipped, Detail = "Not reached.", At = Time },
    ];

    private readonly CapturingHost host = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    private static List<string> Types => Shipped.Descendants("TypeName").Select(name => name.Value.Split('.')[^1]).Distinct().Order(StringComparer.Ordinal).ToList();

    [Fact]
    public void Every_type_is_shown_as_committed()
    {
        using var shipped = Open(Shipped);
        using var tables = Open(With("TableControl"));
        using var lists = Open(With("ListControl"));
        foreach (var type in Types)
        {
            var (table, narrowTable) = HasView("TableControl", type) ? (Show(tables, type, Wide), Show(tables, type, Narrow)) : ("None.\n", "None.\n");
            var (list, narrowList) = HasView("ListControl", type) ? (Show(lists, type, Wide), Show(lists, type, Narrow)) : ("None.\n", "None.\n");
            var first = Show(shipped, type, Wide) == table ? "table" : "list";
            GoldenFile.Check(
                Folder + $"/{FileOf(type)}",
                $"# Shown as a {first}\n\n# Table, {Wide} columns\n{table}\n# Table, {Narrow} columns\n{narrowTable}\n# List, {Wide} columns\n{list}\n# List, {Narrow} columns\n{narrowList}");
        }

        Assert.Equal(Types.Select(FileOf).Order(StringComparer.Ordinal), Directory.GetFiles(Repository.PathOf(["tests", .. Folder.Split('/')])).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_header_is_broken_and_no_text_is_cut()
    {
        using var tables = Open(With("TableControl"));
        foreach (var (type, width) in Types.Where(type => HasView("TableControl", type)).SelectMany(type => new[] { (type, Narrow), (type, Wide) }))
        {
            var shown = Show(tables, type, width);
            Assert.DoesNotContain("\u2026", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("...", shown, StringComparison.Ordinal);
            // The engine leaves the last column of a console empty.
            Assert.All(shown.Split('\n'), line => Assert.True(line.TrimEnd().Length < width, line));

            // A broken header has a second line above the dashes. With all its columns, a table shows all its headers at 120 columns.
            var lines = shown.Split('\n').SkipWhile(line => line.Length == 0).ToList();
            Assert.True(lines[1].StartsWith("--", StringComparison.Ordinal), $"A header of {type} is broken at {width} columns:\n{shown}");
            var labels = LabelsOf(type);
            var headers = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(labels.Take(headers.Length), headers);
            Assert.True(width == Narrow || headers.Length == labels.Count, $"{type} hides a column at {width} columns.");
        }
    }

    [Fact]
    public void Headers_are_property_names()
    {
        foreach (var view in Shipped.Descendants("View").Where(view => view.Element("Name")?.Value != "PBSyncResult.User"))
        {
            var type = TypeOf(view.Descendants("TypeName").First().Value.Split('.')[^1].Split('#')[0]);
            foreach (var label in view.Descendants("Label").Where(label => label.Parent!.Name != "GroupBy"))
                Assert.True(type.GetProperty(label.Value) is not null, $"{view.Element("Name")!.Value} has the header {label.Value}.");
        }
    }

    [Fact]
    public void A_list_has_every_property_of_its_type()
    {
        foreach (var type in Types.Where(type => !type.Contains('#', StringComparison.Ordinal)))
        {
            var shown = ViewOf(type, "ListControl").Descendants("ListItem").Select(item => (item.Element("Label") ?? item.Element("PropertyName"))!.Value);
            // Another name of a property, such as PBConnection.Name, has no setter.
            Assert.Equal(TypeOf(type).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Every_Status_and_Outcome_is_coloured_by_PSStyle()
    {
        var scripts = new List<string?>();
        foreach (var view in Shipped.Descendants("View").Where(view => view.Element("Name")?.Value != "PBSyncResult.User"))
        {
            var type = TypeOf(view.Descendants("TypeName").Single().Value.Split('.')[^1].Split('#')[0]);
            var columns = view.Descendants("TableColumnHeader").Zip(view.Descendants("TableColumnItem"), (header, item) => (header.Element("Label")!.Value, item));
            foreach (var (name, item) in columns.Concat(view.Descendants("ListItem").Select(item => ((item.Element("Label") ?? item.Element("PropertyName"))!.Value, item))))
            {
                var property = type.GetProperty(name)!.PropertyType;
                var kind = Nullable.GetUnderlyingType(property) ?? property;
                if (kind == typeof(CheckStatus) || kind == typeof(ConnectorStatus) || kind == typeof(SyncOutcome) || kind == typeof(ChangeOutcome))
                    scripts.Add(item.Element("ScriptBlock")?.Value.Replace("$_." + name, "$_.Name", StringComparison.Ordinal));
            }
        }

        // One script for all, which the test of the colours runs.
        Assert.Contains("$($PSStyle.Formatting.Error)$_$($PSStyle.Reset)", Assert.Single(scripts.Distinct()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ar-SA")]
    [InlineData("th-TH")]
    [InlineData("fa-IR")]
    public void Times_have_the_same_calendar_in_every_culture(string culture)
    {
        using var shipped = Open(Shipped);
        var types = Types.Where(type => type is not nameof(PBSyncStep)).ToList();
        var shown = types.ToDictionary(type => type, type => Show(shipped, type, Wide, $"[cultureinfo]::CurrentCulture = '{culture}'"));
        Assert.All(shown.Values, text => Assert.DoesNotMatch("25[67]\\d-|14\\d\\d-|25[67]\\d/|14\\d\\d/", text));
        var dated = types.Where(type => Show(shipped, type, Wide).Contains("2026-01-04", StringComparison.Ordinal)).ToList();
        Assert.Superset(new HashSet<string> { nameof(PBAlert), nameof(PBConnectorStatus), nameof(PBLink), nameof(PBSyncTask) }, dated.ToHashSet());
        Assert.Equal(dated, types.Where(type => shown[type].Contains("2026-01-04", StringComparison.Ordinal)));
    }

    [Fact]
    public void Views_work_without_PSStyle_in_strict_mode()
    {
        using var plain = Open(Shipped, hasStyle: false);
        using var shipped = Open(Shipped);
        foreach (var type in Types)
        {
            var shown = Show(plain, type, Wide, StrictMode);
            Assert.Equal(Show(shipped, type, Wide), shown);
        }

        Assert.Contains("Failed   Permission", Show(plain, nameof(PBConnectionCheck), Wide, StrictMode), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    public void A_narrow_console_shows_every_type(int width)
    {
        using var tables = Open(With("TableControl"));
        using var lists = Open(With("ListControl"));
        foreach (var type in Types)
        {
            Assert.NotEmpty(Show(tables, type, width).Trim());
            Assert.NotEmpty(Show(lists, type, width).Trim());
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Status_and_Outcome_have_the_colours_of_PSStyle_where_colours_are_wanted()
    {
        var script = Path.Combine(folder, "colours.ps1");
        File.WriteAllText(script, $$"""
            Import-Module '{{Repository.Manifest}}'
            $null = Connect-PBEntra -Sandbox
            $checks = [PasswordBoss.EntraConnector.PBConnectionCheck] @{ Name = 'One'; Status = 'Passed' }, [PasswordBoss.EntraConnector.PBConnectionCheck] @{ Name = 'Two'; Status = 'Failed' }
            $result = [PasswordBoss.EntraConnector.PBSyncResult] @{ Connection = 'Contoso'; Outcome = 'Partial' }
            'NO_COLOR sets ' + $PSStyle.OutputRendering
            ($checks + $result | Format-Table | Out-String) + ($checks + $result | Format-List | Out-String)
            $PSStyle.OutputRendering = 'Ansi'
            'ANSI'
            $checks | Format-Table | Out-String
            $checks | Format-List | Out-String
            $result | Format-Table | Out-String
            """);

        var (exitCode, output) = PowerShellProcess.Run(folder, script);

        Assert.True(exitCode == 0, output);
        var parts = output.Split("\nANSI", 2, StringSplitOptions.None);
        Assert.Contains("NO_COLOR sets PlainText", parts[0], StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", parts[0], StringComparison.Ordinal);
        // The cells have the widths of their plain text.
        Assert.Contains("\u001b[32mPassed\u001b[0m   One", parts[1], StringComparison.Ordinal);
        Assert.Contains("\u001b[31;1mFailed\u001b[0m   Two", parts[1], StringComparison.Ordinal);
        Assert.Contains("\u001b[33;1mPartial\u001b[0m ", parts[1], StringComparison.Ordinal);
        Assert.Matches("Status.* : .*\u001b\\[32mPassed", parts[1]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string FileOf(string type) => type.Replace('#', '.') + ".txt";

    private static Type TypeOf(string type) => typeof(PBUser).Assembly.GetType(Namespace + type, throwOnError: true)!;

    private static XElement ViewOf(string type, string control) =>
        With(control).Descendants("View").First(view => view.Descendants("TypeName").Single().Value == Namespace + type);

    // An object of the history has the type name of a run, too.
    private static bool HasView(string control, string type) =>
        With(control).Descendants("TypeName").Any(name => name.Value == Namespace + type || name.Value == Namespace + type.Split('#')[0]);

    // Keeps only the tables or only the lists, because the engine uses the first view of the module.
    private static XDocument With(string control) =>
        new(new XElement("Configuration", new XElement("ViewDefinitions", Shipped.Descendants("View").Where(view => view.Element(control) is not null))));

    // An object of the history without a table of its own has the table of a run.
    private static List<string> LabelsOf(string type) =>
        new[] { type, type.Split('#')[0] }.Select(name => With("TableControl").Descendants("View").FirstOrDefault(view => view.Descendants("TypeName").Single().Value == Namespace + name))
            .OfType<XElement>().First().Descendants("TableColumnHeader").Select(header => header.Element("Label")!.Value).ToList();

    private Runspace Open(XDocument views, bool hasStyle = true)
    {
        var file = Path.Combine(folder, Path.GetRandomFileName() + ".format.ps1xml");
        views.Save(file);
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        state.Formats.Add(new SessionStateFormatEntry(file));
        // Windows PowerShell has no $PSStyle.
        if (!hasStyle)
            state.Variables.Remove("PSStyle", null);
        var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        return runspace;
    }

    private string Show(Runspace runspace, string type, int width, string before = "[cultureinfo]::CurrentCulture = ''")
    {
        host.Lines.Clear();
        host.UI.RawUI.BufferSize = host.UI.RawUI.WindowSize = new(width, 50);
        using var shell = PowerShell.Create(runspace);
        shell.AddScript(before + "; $input | Out-Default").Invoke(Samples(type).Select(item => Named(item, type)));
        Assert.Empty(shell.Streams.Error);
        return Offset().Replace(host.PlainText, " +00:00");
    }

    private static PSObject Named(object item, string type)
    {
        var shown = new PSObject(item);
        if (type.Contains('#', StringComparison.Ordinal))
            shown.TypeNames.Insert(0, Namespace + type);
        return shown;
    }

    private static IEnumerable<object> Samples(string type) => type switch
    {
        nameof(PBConnection) =>
        [
            new PBConnection
            {
                Connection = "Contoso",
                TenantId = "11111111-2222-3333-4444-555555555555",
                ClientId = "66666666-7777-8888-9999-000000000000",
                Credential = CredentialKind.CertificateThumbprint,
                AuthorityHost = new Uri("https://login.microsoftonline.com/"),
                GraphEndpoint = new Uri("https://graph.microsoft.com/v1.0"),
                PasswordBossUri = new Uri("https://scim.example.com/v2"),
                UserGroup = "Password Boss Users",
                AdditionalGroups = ["Finance", "Design Studio"],
                IncludeNested = true,
                IsCurrent = true,
                CreatedAt = Time,
                Tags = ["gold", "pilot"],
            },
            new PBConnection { Connection = "Box", TenantId = "contoso.example", Credential = CredentialKind.ClientSecret, IsSandbox = true, CreatedAt = Time },
        ],
        nameof(PBAlert) =>
        [
            new PBAlert
            {
                Connection = "Contoso",
                Id = new Guid("12345678-1234-1234-1234-123456789012"),
                Format = AlertFormat.CloudEvents,
                Host = "hooks.example",
                Event = [AlertEvent.NotAuthorized, AlertEvent.Recovered],
                NoSuccessMinutes = 60,
                ExpiryDays = 30,
                Pending = 2,
                LastDelivered = Time,
                Dropped = 1,
                LastDropped = Time.AddMinutes(-5),
                Message = "The receiver answered with HTTP status 500.",
                CreatedAt = Time,
            },
            new PBAlert { Connection = "*", Tag = "gold", Format = AlertFormat.Teams, Host = "teams.example", CreatedAt = Time },
        ],
        nameof(PBAlertCheck) =>
        [
            new PBAlertCheck { Connection = "Contoso", Host = "hooks.example", Status = CheckStatus.Passed, HttpStatus = 202, Detail = "The receiver accepted the test event.", Duration = TimeSpan.FromMilliseconds(70) },
            new PBAlertCheck { Connection = "*", Host = "teams.example", Format = AlertFormat.Teams, Status = CheckStatus.Failed, Detail = "The receiver did not answer: Connection refused.", Recommendation = "Check the address in the receiver." },
        ],
        nameof(PBConfigurationChange) =>
        [
            new PBConfigurationChange
            {
                Connection = "Contoso",
                Action = ConfigurationAction.Update,
                Outcome = ChangeOutcome.Planned,
                Differences =
                [
                    new PBSettingDifference { Setting = "rules.removedUser", Before = "None", After = "Disable" },
                    new PBSettingDifference { Setting = "tags", After = "gold, pilot" },
                ],
            },
            new PBConfigurationChange
            {
                Connection = "New",
                Action = ConfigurationAction.Create,
                Outcome = ChangeOutcome.Done,
                Differences = [new PBSettingDifference { Setting = "tenantId", After = "fabrikam.example" }],
                NextStep = "Enter the secrets, which no configuration file contains: Connect-PBEntra -Name 'New' -PasswordBossToken <SecureString>",
            },
            new PBConfigurationChange
            {
                Connection = "Fixed",
                Action = ConfigurationAction.Update,
                Outcome = ChangeOutcome.Refused,
                ErrorId = "ConnectionFixed",
                Message = "The tenant of connection 'Fixed' cannot be changed: its links belong to the old value. Nothing was stored.",
            },
        ],
        nameof(PBSettingDifference) =>
        [
            new PBSettingDifference { Setting = "rules.removedUser", Before = "None", After = "Disable" },
            new PBSettingDifference { Setting = "tags", After = "gold, pilot" },
        ],
        nameof(PBBackup) =>
        [
            new PBBackup
            {
                Connection = "Contoso",
                Path = "/backups/state.pbbackup",
                BackedUpAt = Time,
                ManagedUsers = 42,
                LastSync = Time,
                NotIncluded = ["The managed identity, which belongs to the machine.", "The scheduled task and its logs. Register it with Register-PBSyncTask."],
            },
            new PBBackup { Connection = "New", Path = "/backups/state.pbbackup", BackedUpAt = Time },
        ],
        nameof(PBRestoredConnection) =>
        [
            new PBRestoredConnection
            {
                Connection = "Contoso",
                BackedUpAt = Time,
                Machine = "first",
                ManagedUsers = 42,
                LastSync = Time,
                Lacks = "Everything that any machine did since 2026-03-04 05:06 UTC.",
                NotIncluded = ["The managed identity, which belongs to the machine.", "The scheduled task and its logs. Register it with Register-PBSyncTask."],
            },
            new PBRestoredConnection { Connection = "New", BackedUpAt = Time, Machine = "first", IsActive = true },
        ],
        nameof(PBConnectionCheck) =>
        [
            new PBConnectionCheck { Connection = "Contoso", Name = "Sign in to Microsoft Entra", Status = CheckStatus.Passed, Detail = "The token is for the tenant 'contoso.example'." },
            new PBConnectionCheck { Connection = "Contoso", Name = "Permission", Status = CheckStatus.Failed, Detail = "User.Read.All is missing.", Recommendation = "Grant consent." },
        ],
        nameof(PBSyncGroup) =>
        [
            new PBSyncGroup { Connection = "Contoso", Id = "f10d1194-0000-4000-9000-000000000001", DisplayName = "Password Boss Users", Role = SyncGroupRole.User, Kind = DirectoryGroupKind.DynamicMicrosoft365, MemberCount = 12345 },
            new PBSyncGroup { Connection = "Contoso", Id = "f10d1194-0000-4000-9000-000000000002", DisplayName = "Architects, interiors, models and drawings before 2010", Role = SyncGroupRole.Additional },
        ],
        nameof(PBConnectorStatus) =>
        [
            new PBConnectorStatus
            {
                Connection = "Contoso",
                TenantId = "contoso.example",
                Status = ConnectorStatus.Paused,
                UserGroup = "Password Boss Users",
                ManagedUsers = 1234,
                LastSync = Time,
                LastOutcome = SyncOutcome.AlreadyRunning,
                NextSync = Time.AddMinutes(5),
                ConsecutiveFailures = 2,
                Message = "12 removals are more than the limit allows.",
                PendingDeletes = 3,
                SecretExpires = Time.AddDays(30),
                FailingSince = Time.AddHours(-1),
                LastSuccess = Time.AddHours(-2),
                Overdue = true,
            },
            new PBConnectorStatus { Connection = "New", TenantId = "fabrikam.example" },
        ],
        nameof(PBSyncStep) => Steps,
        nameof(PBSyncResult) or nameof(PBSyncResult) + "#History" or nameof(PBSyncResult) + "#User" or nameof(PBSyncResult) + "#UserHistory" =>
        [
            new PBSyncResult
            {
                Connection = "Contoso",
                TenantId = "contoso.example",
                RunId = new Guid("12345678-1234-1234-1234-123456789012"),
                Mode = SyncMode.Incremental,
                Outcome = SyncOutcome.Partial,
                StartedAt = Time,
                Duration = TimeSpan.FromMilliseconds(83456),
                Created = 1,
                Adopted = 2,
                Updated = 3,
                Enabled = 4,
                Disabled = 5,
                Deleted = 6,
                Converted = 7,
                GroupsChanged = 8,
                Skipped = 9,
                Failed = 10,
                Warnings = ["The first warning.", "The second warning."],
                Changes = [Disabled, Refused],
                Steps = type is nameof(PBSyncResult) or nameof(PBSyncResult) + "#User" ? Steps : [],
                ErrorId = "RemovalLimitExceeded",
                Message = "The run ended with an error.",
            },
            new PBSyncResult { Connection = "Fabrikam", Outcome = SyncOutcome.NoChange, StartedAt = Time, Duration = TimeSpan.FromMilliseconds(70) },
        ],
        nameof(PBSyncChange) => [Disabled, Refused],
        nameof(PBUser) =>
        [
            new PBUser
            {
                Connection = "Contoso",
                Email = "zoe.obrien-mueller@fjordlight.example",
                DisplayName = "Zo\u00EB O'Brien-M\u00FCller",
                State = AccountState.Active,
                ManagedBy = ManagedBy.ActiveDirectory,
                Groups = ["Design Studio", "Finance"],
                AccountId = "pba-000000003",
                EntraId = "f10d1194-0000-4000-8000-000000000003",
            },
            new PBUser { Connection = "Contoso", Email = "astrid.solheim@fjordlight.example", DisplayName = "Astrid Solheim", State = AccountState.Pending, AccountId = "pba-000000001" },
        ],
        nameof(PBSyncRule) =>
        [
            new PBSyncRule
            {
                Connection = "Contoso",
                NewUser = NewUserRule.CreatePending,
                DeletedUser = LeaverRule.Delete,
                DisabledUser = LeaverRule.Disable,
                RemovedUser = LeaverRule.ConvertToPersonal,
                ExistingAccount = ExistingAccountRule.AdoptAny,
                RemovedGroup = RemovedGroupRule.Delete,
                DeleteAfterDays = 30,
                UnknownMember = UnknownMemberRule.Remove,
                EmailSource = EmailSource.MailThenUserPrincipalName,
                GuestUser = GuestUserRule.Skip,
                MaxRemovalPercent = 10,
                MaxRemovalCount = 5,
                FullSyncHours = 24,
            },
        ],
        nameof(PBSyncTask) =>
        [
            new PBSyncTask
            {
                Connection = "Contoso",
                Name = "pbentra-contoso",
                Interval = TimeSpan.FromMinutes(5),
                Command = "/usr/bin/pwsh -NoProfile -File Sync-AllTenants.ps1",
                Account = "root",
                Enabled = true,
                NextRun = Time,
                LastRun = Time.AddMinutes(-5),
                Scheduler = "systemd",
            },
            new PBSyncTask { Connection = "*", Name = "pbentra", Interval = TimeSpan.FromDays(1), Scheduler = "Task Scheduler", Resident = true },
        ],
        nameof(PBMissingLink) =>
        [
            new PBMissingLink
            {
                Connection = "Contoso",
                User = "zoe.obrien-mueller@fjordlight.example",
                DisplayName = "Zo\u00EB O'Brien-M\u00FCller",
                EntraId = "f10d1194-0000-4000-8000-000000000003",
                AccountId = "pba-000000003",
                Reason = "The account at 'zoe.obrien-mueller@fjordlight.example' cannot be adopted.",
                ErrorId = "AccountNotAdoptable",
            },
            new PBMissingLink { Connection = "Contoso", User = "astrid.solheim@fjordlight.example", EntraId = "f10d1194-0000-4000-8000-000000000001", Reason = "The next run creates the account." },
        ],
        nameof(PBLink) =>
        [
            new PBLink
            {
                Connection = "Contoso",
                User = "zoe.obrien-mueller@fjordlight.example",
                DisplayName = "Zo\u00EB O'Brien-M\u00FCller",
                EntraId = "f10d1194-0000-4000-8000-000000000003",
                AccountId = "pba-000000003",
                Email = "zoe@fjordlight.example",
                Origin = LinkOrigin.Adopted,
                Kind = LinkKind.Predecessor,
                State = AccountState.Disabled,
                Since = Time,
                LastSeen = Time.AddDays(1),
                DeletesAt = Time.AddDays(30),
                Held = true,
            },
            new PBLink { Connection = "Contoso", User = "astrid.solheim@fjordlight.example", EntraId = "f10d1194-0000-4000-8000-000000000001", AccountId = "pba-000000001", Email = "astrid.solheim@fjordlight.example", Since = Time },
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no object to show the views with."),
    };

    [GeneratedRegex(@" [+-]\d\d:\d\d")]
    private static partial Regex Offset();
}

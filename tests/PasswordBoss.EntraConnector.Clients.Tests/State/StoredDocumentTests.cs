using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>
/// The exact text of every stored document, with all values and with none. Databases of released versions contain these texts, so a value with a changed
/// name would be lost.
/// </summary>
public sealed class StoredDocumentTests : IDisposable
{
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly DateTimeOffset Time = SetClock.Start.AddTicks(1234567);
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public void A_connection_with_all_values_keeps_its_format()
    {
        var connection = new ConnectionSettings
        {
            Id = Id,
            Name = "Contöso & Co",
            TenantId = "tenant",
            ClientId = "client",
            Credential = CredentialKind.Certificate,
            CertificateReference = "CN=\"a\"",
            Environment = EntraEnvironment.China,
            AuthorityHost = new Uri("https://login.example"),
            GraphEndpoint = new Uri("https://graph.example/v1.0"),
            PasswordBossUri = new Uri("https://PB.example:443/scim/"),
            IsSandbox = true,
            UserGroup = new GroupReference("g1", "Users"),
            AdditionalGroups = [new GroupReference("g2", "Sales"), new GroupReference("g3", "")],
            IncludeNested = true,
            Rules = new SyncRules
            {
                NewUser = NewUserRule.CreatePending,
                DeletedUser = LeaverRule.Delete,
                DisabledUser = LeaverRule.None,
                RemovedUser = LeaverRule.Disable,
                ExistingAccount = ExistingAccountRule.Skip,
                RemovedGroup = RemovedGroupRule.Delete,
                DeleteAfterDays = 7,
                DeleteAfterDaysChangedAt = Time,
                UnknownMember = UnknownMemberRule.Remove,
                EmailSource = EmailSource.UserPrincipalName,
                GuestUser = GuestUserRule.Skip,
                MaxRemovalPercent = 30,
                MaxRemovalCount = 40,
                FullSyncHours = 12,
            },
            CreatedAt = SetClock.Start,
            SecretExpires = SetClock.Start.ToOffset(TimeSpan.FromHours(2)),
        };
        const string Text = """
            {"id":"0f8fad5b-d9cb-469f-a165-70867728950e","name":"Cont\u00F6so \u0026 Co","tenantId":"tenant","clientId":"client","credential":"Certificate","certificateReference":"CN=\u0022a\u0022","environment":"China","authorityHost":"https://login.example","graphEndpoint":"https://graph.example/v1.0","passwordBossUri":"https://PB.example:443/scim/","isSandbox":true,"userGroup":{"id":"g1","displayName":"Users"},"additionalGroups":[{"id":"g2","displayName":"Sales"},{"id":"g3","displayName":""}],"includeNested":true,"rules":{"newUser":"CreatePending","deletedUser":"Delete","disabledUser":"None","removedUser":"Disable","existingAccount":"Skip","removedGroup":"Delete","deleteAfterDays":7,"deleteAfterDaysChangedAt":"2026-03-04T05:06:07.1234567+00:00","unknownMember":"Remove","emailSource":"UserPrincipalName","guestUser":"Skip","maxRemovalPercent":30,"maxRemovalCount":40,"fullSyncHours":12},"createdAt":"2026-03-04T05:06:07+00:00","secretExpires":"2026-03-04T07:06:07+02:00"}
            """;

        Assert.Equal(Text, StoredDocuments.Connection.Write(connection));
        var read = StoredDocuments.Connection.Read(Text);
        Assert.Equal(connection.AdditionalGroups, read.AdditionalGroups);
        Assert.Equal(connection, read with { AdditionalGroups = connection.AdditionalGroups });
        Assert.Equal(Text, StoredDocuments.Connection.Write(read));
    }

    [Fact]
    public void A_connection_without_values_keeps_its_format()
    {
        var connection = new ConnectionSettings
        {
            Id = Id,
            Name = "a",
            TenantId = "b",
            AuthorityHost = new Uri("https://c"),
            GraphEndpoint = new Uri("https://d"),
            PasswordBossUri = new Uri("https://e"),
        };
        const string Text = """
            {"id":"0f8fad5b-d9cb-469f-a165-70867728950e","name":"a","tenantId":"b","clientId":"","credential":"None","environment":"Global","authorityHost":"https://c","graphEndpoint":"https://d","passwordBossUri":"https://e","isSandbox":false,"additionalGroups":[],"includeNested":false,"rules":{"newUser":"CreateActive","deletedUser":"Disable","disabledUser":"Disable","removedUser":"Disable","existingAccount":"Adopt","removedGroup":"Release","deleteAfterDays":30,"unknownMember":"Report","emailSource":"MailThenUserPrincipalName","guestUser":"Include","maxRemovalPercent":20,"maxRemovalCount":5,"fullSyncHours":24},"createdAt":"0001-01-01T00:00:00+00:00"}
            """;

        Assert.Equal(Text, StoredDocuments.Connection.Write(connection));
        Assert.Equal(Text, StoredDocuments.Connection.Write(StoredDocuments.Connection.Read(Text)));
    }

    [Fact]
    public void The_tags_of_a_connection_are_stored_last_and_only_if_there_are_any()
    {
        const string Text = """
            {"id":"0f8fad5b-d9cb-469f-a165-70867728950e","name":"a","tenantId":"b","clientId":"","credential":"None","environment":"Global","authorityHost":"https://c","graphEndpoint":"https://d","passwordBossUri":"https://e","isSandbox":false,"additionalGroups":[],"includeNested":false,"rules":{"newUser":"CreateActive","deletedUser":"Disable","disabledUser":"Disable","removedUser":"Disable","existingAccount":"Adopt","removedGroup":"Release","deleteAfterDays":30,"unknownMember":"Report","emailSource":"MailThenUserPrincipalName","guestUser":"Include","maxRemovalPercent":20,"maxRemovalCount":5,"fullSyncHours":24},"createdAt":"0001-01-01T00:00:00+00:00","tags":["gold","Pilot"]}
            """;

        var read = StoredDocuments.Connection.Read(Text);

        Assert.Equal(["gold", "Pilot"], read.Tags);
        Assert.Equal(Text, StoredDocuments.Connection.Write(read));
        Assert.DoesNotContain("tags", StoredDocuments.Connection.Write(read with { Tags = [] }), StringComparison.Ordinal);
        Assert.Empty(StoredDocuments.Connection.Read(Text.Replace(""","tags":["gold","Pilot"]""", "", StringComparison.Ordinal)).Tags);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","clientId":null,"credential":null,"environment":null,"isSandbox":null,"userGroup":null,"additionalGroups":null,"includeNested":null,"rules":null,"createdAt":null""")]
    [InlineData(""","rules":{"newUser":null,"deleteAfterDays":null,"deleteAfterDaysChangedAt":null,"fullSyncHours":null},"ofALaterVersion":{"a":[1]}""")]
    public void Missing_values_of_a_connection_get_their_default(string more)
    {
        const string Least = """{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","name":"a","tenantId":"b","authorityHost":"https://c","graphEndpoint":"https://d","passwordBossUri":"https://e" """;
        var read = StoredDocuments.Connection.Read(Least + more + "}");

        Assert.Equal(SyncRules.Default, read.Rules);
        Assert.Equal("", read.ClientId);
        Assert.Empty(read.AdditionalGroups);
        Assert.Equal((CredentialKind.None, EntraEnvironment.Global, false, false, default), (read.Credential, read.Environment, read.IsSandbox, read.IncludeNested, read.CreatedAt));
    }

    [Theory]
    [InlineData("id", "\"no id\"")]
    [InlineData("id", null)]
    [InlineData("name", null)]
    [InlineData("name", "7")]
    [InlineData("tenantId", "null")]
    [InlineData("authorityHost", "\"login.example\"")]
    [InlineData("graphEndpoint", "\"v1.0\"")]
    [InlineData("passwordBossUri", "{}")]
    [InlineData("credential", "\"clientSecret\"")]
    [InlineData("credential", "\"Passport\"")]
    [InlineData("credential", "1")]
    [InlineData("isSandbox", "\"true\"")]
    [InlineData("rules", "[]")]
    [InlineData("rules", """{"deletedUser":"77"}""")]
    [InlineData("rules", """{"fullSyncHours":"12"}""")]
    [InlineData("rules", """{"fullSyncHours":1.5}""")]
    [InlineData("additionalGroups", "{}")]
    [InlineData("additionalGroups", "[null]")]
    [InlineData("additionalGroups", """[{"id":"g"}]""")]
    [InlineData("userGroup", """{"id":null,"displayName":"a"}""")]
    [InlineData("createdAt", "\"yesterday\"")]
    public void A_connection_with_an_odd_value_is_damaged(string name, string? value)
    {
        var values = new System.Collections.Generic.Dictionary<string, string?>
        {
            ["id"] = "\"0f8fad5b-d9cb-469f-a165-70867728950e\"",
            ["name"] = "\"a\"",
            ["tenantId"] = "\"b\"",
            ["authorityHost"] = "\"https://c\"",
            ["graphEndpoint"] = "\"https://d\"",
            ["passwordBossUri"] = "\"https://e\"",
            [name] = value,
        };
        var text = "{" + string.Join(",", values.Where(pair => pair.Value is not null).Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}";

        Refused(ErrorId.StoredTextDamaged, () => StoredDocuments.Connection.Read(text));
    }

    [Fact]
    public void A_health_document_with_all_values_keeps_its_format()
    {
        var health = new ConnectionHealth
        {
            FirstSuccessAt = SetClock.Start,
            LastSync = Time,
            LastOutcome = SyncOutcome.Partial,
            ConsecutiveFailures = 2,
            NotAuthorized = true,
            Messages = [Texts.StatusOk, new Message("Reason_NewMember", "a", "b")],
            Relinked = true,
            AdoptChangeUnreported = true,
            HidesStates = true,
            HidesMembers = true,
            BlockedRuns = 3,
            LockHeld = new Message("Status_Ok", "x"),
            Recommendation = new Message("Status_Ok", "y"),
            LastSuccess = SetClock.Start,
            FailingSince = Time,
        };
        const string Text = """
            {"firstSuccessAt":"2026-03-04T05:06:07+00:00","lastSync":"2026-03-04T05:06:07.1234567+00:00","lastOutcome":"Partial","consecutiveFailures":2,"notAuthorized":true,"messages":[["Status_Ok"],["Reason_NewMember","a","b"]],"relinked":true,"adoptMeaningUntold":true,"hidesStates":true,"hidesMembers":true,"refusals":3,"refusal":["Status_Ok","x"],"recommendation":["Status_Ok","y"],"lastSuccess":"2026-03-04T05:06:07+00:00","failingSince":"2026-03-04T05:06:07.1234567+00:00"}
            """;

        Assert.Equal(Text, StoredDocuments.Health.Write(health));
        var read = StoredDocuments.Health.Read(Text);
        Assert.Equal(health.Messages, read.Messages);
        Assert.Equal(health, read with { Messages = health.Messages });
    }

    [Fact]
    public void The_documents_of_alerts_keep_their_format()
    {
        var settings = new AlertSettings { Format = AlertFormat.Teams, Host = "hooks.example", Events = [AlertEvent.Paused, AlertEvent.Recovered], NoSuccessMinutes = 5, ExpiryDays = 7, CreatedAt = SetClock.Start };
        var memory = new ReportedConditions { Unrecovered = true, NotAuthorized = true, Paused = true, Failing = true, NoSuccessSince = SetClock.Start, SecretExpires = Time };
        var notice = new AlertNotice
        {
            Event = AlertEvent.Failing,
            Source = "urn:uuid:1",
            Connection = "Contoso",
            TenantId = "tenant",
            Time = SetClock.Start,
            Since = SetClock.Start,
            LastSuccess = SetClock.Start,
            SecretExpires = SetClock.Start,
            ErrorId = "GraphFailed",
        };

        const string Settings = """{"format":"Teams","host":"hooks.example","events":["Paused","Recovered"],"noSuccessMinutes":5,"expiryDays":7,"createdAt":"2026-03-04T05:06:07+00:00"}""";
        Assert.Equal(Settings, StoredDocuments.Alert.Write(settings));
        Assert.Equal(Settings, StoredDocuments.Alert.Write(StoredDocuments.Alert.Read(Settings)));
        const string Memory = """{"unrecovered":true,"notAuthorized":true,"paused":true,"failing":true,"noSuccessSince":"2026-03-04T05:06:07+00:00","secretExpires":"2026-03-04T05:06:07.1234567+00:00"}""";
        Assert.Equal(Memory, StoredDocuments.ReportedConditions.Write(memory));
        Assert.Equal(memory, StoredDocuments.ReportedConditions.Read(Memory));
        const string Notice = """{"event":"Failing","source":"urn:uuid:1","connection":"Contoso","tenantId":"tenant","time":"2026-03-04T05:06:07+00:00","since":"2026-03-04T05:06:07+00:00","lastSuccess":"2026-03-04T05:06:07+00:00","secretExpires":"2026-03-04T05:06:07+00:00","errorId":"GraphFailed"}""";
        Assert.Equal(Notice, StoredDocuments.AlertNotice.Write(notice));
        Assert.Equal(notice, StoredDocuments.AlertNotice.Read(Notice));
    }

    [Fact]
    public void A_health_document_without_values_keeps_its_format()
    {
        const string Text = """{"consecutiveFailures":0,"notAuthorized":false,"messages":[],"relinked":false,"adoptMeaningUntold":false,"hidesStates":false,"hidesMembers":false}""";

        Assert.Equal(Text, StoredDocuments.Health.Write(ConnectionHealth.New));
        Assert.Equal(Text, StoredDocuments.Health.Write(StoredDocuments.Health.Read(Text)));
        Assert.Equal(Text, StoredDocuments.Health.Write(StoredDocuments.Health.Read("""{"messages":null,"relinked":null,"lastOutcome":null,"refusals":null,"ofALaterVersion":1}""")));
        Assert.Null(StoredDocuments.Health.ReadOrNull(null));
    }

    [Theory]
    [InlineData("""{"messages":[[]]}""")]
    [InlineData("""{"messages":[null]}""")]
    [InlineData("""{"messages":[["a",null]]}""")]
    [InlineData("""{"messages":[["a",1]]}""")]
    [InlineData("""{"refusal":"a"}""")]
    [InlineData("""{"lastOutcome":"Unknown"}""")]
    [InlineData("""{"lastSync":1}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void A_health_document_with_an_odd_value_is_damaged(string text) => Refused(ErrorId.StoredTextDamaged, () => StoredDocuments.Health.Read(text));

    [Fact]
    public void A_document_of_an_earlier_version_gets_its_recommended_action()
    {
        var problem = Problems.RemovalLimitExceeded("Too many.");
        var conflict = Problems.AddressMissing("Anna").Text;
        var health = StoredDocuments.Health.Read(StoredDocuments.Health.Write(ConnectionHealth.New with { Messages = [problem.Text, problem.Recommendation, conflict] }));
        var pause = StoredDocuments.Pause.Read("""{"runId":"0f8fad5b-d9cb-469f-a165-70867728950e","at":"2026-03-04T05:06:07+00:00","refusedKeys":["a"],"reason":["Error_RemovalLimitExceeded","Too many."]}""");

        Assert.Equal(problem.Recommendation, EarlierTexts.Complete(health).Recommendation);
        Assert.Equal([problem.Text, conflict], EarlierTexts.Complete(health).Messages);
        Assert.Equal(problem.Recommendation, EarlierTexts.Complete(pause)?.Recommendation);
        Assert.Equal(pause with { Reason = conflict, Recommendation = Problems.AddressMissing("Anna").Recommendation }, EarlierTexts.Complete(pause with { Reason = conflict }));
        Assert.Equal(pause with { Reason = Texts.StatusOk }, EarlierTexts.Complete(pause with { Reason = Texts.StatusOk }));
        Assert.Null(EarlierTexts.Complete((PauseRecord?)null));
        Assert.Same(ConnectionHealth.New, EarlierTexts.Complete(ConnectionHealth.New));
    }

    [Fact]
    public void A_pause_keeps_its_format()
    {
        var pause = new PauseRecord { RunId = Id, At = Time, RefusedKeys = ["a", "ü"], Reason = new Message("Status_Ok", "b"), Recommendation = new Message("Status_Ok", "c") };
        const string Text = """{"runId":"0f8fad5b-d9cb-469f-a165-70867728950e","at":"2026-03-04T05:06:07.1234567+00:00","refusedKeys":["a","\u00FC"],"reason":["Status_Ok","b"],"recommendation":["Status_Ok","c"]}""";

        Assert.Equal(Text, StoredDocuments.Pause.Write(pause));
        var read = StoredDocuments.Pause.Read(Text);
        Assert.Equal(pause.RefusedKeys, read.RefusedKeys);
        Assert.Equal(pause, read with { RefusedKeys = pause.RefusedKeys });
        Assert.Null(StoredDocuments.Pause.ReadOrNull(null));
        foreach (var damaged in new[] { Text.Replace("\"at\"", "\"ta\"", StringComparison.Ordinal), Text.Replace("\"a\",", "null,", StringComparison.Ordinal), "{}" })
            Refused(ErrorId.StoredTextDamaged, () => StoredDocuments.Pause.Read(damaged));
    }

    [Fact]
    public void A_progress_document_with_all_values_keeps_its_format()
    {
        var progress = new SyncProgress
        {
            Links = new DeltaLinks { Groups = ["https://g/1?a=b&c", "https://g/2"], Users = "https://u" },
            Scope = "scope",
            LastFullAt = SetClock.Start,
            FullNeeded = true,
            RecheckUserIds = ["r"],
            Doubts =
            [
                new UserDoubt
                {
                    EntraId = "d1",
                    Since = Time,
                    IsRemoved = true,
                    Reported = new DirectoryUser
                    {
                        Id = "d1", DisplayName = "D", GivenName = "G", Surname = "S", Mail = "m@x", UserPrincipalName = "u@x", AccountEnabled = false, UserType = "Guest",
                    },
                    LeftGroups = ["l"],
                    JoinedGroups = ["j"],
                },
                new UserDoubt { EntraId = "d2", Since = SetClock.Start, Reported = new DirectoryUser { Id = "d2" } },
                new UserDoubt { EntraId = "d3", Since = SetClock.Start },
            ],
            Groups =
            [
                new TrackedGroup { GroupId = "g1", DisplayName = "One", IsUserGroup = true, HoldsGroups = true, WasRead = true, Within = ["w"] },
                new TrackedGroup { GroupId = "g2" },
            ],
        };
        const string Text = """
            {"links":{"groups":["https://g/1?a=b\u0026c","https://g/2"],"users":"https://u"},"scope":"scope","lastFullAt":"2026-03-04T05:06:07+00:00","fullNeeded":true,"recheckUserIds":["r"],"doubts":[{"id":"d1","since":"2026-03-04T05:06:07.1234567+00:00","isRemoved":true,"told":{"id":"d1","displayName":"D","givenName":"G","surname":"S","mail":"m@x","userPrincipalName":"u@x","accountEnabled":false,"userType":"Guest"},"leftGroups":["l"],"joinedGroups":["j"]},{"id":"d2","since":"2026-03-04T05:06:07+00:00","isRemoved":false,"told":{"id":"d2"},"leftGroups":[]},{"id":"d3","since":"2026-03-04T05:06:07+00:00","isRemoved":false,"leftGroups":[]}],"groups":[{"id":"g1","displayName":"One","isUserGroup":true,"holdsGroups":true,"wasRead":true,"within":["w"]},{"id":"g2","isUserGroup":false,"holdsGroups":false,"wasRead":false}]}
            """;

        Assert.Equal(Text, StoredDocuments.Progress.Write(progress));
        Assert.Equal(Text, StoredDocuments.Progress.Write(StoredDocuments.Progress.Read(Text)));
    }

    [Fact]
    public void A_progress_document_without_values_keeps_its_format()
    {
        const string Text = """{"scope":"","fullNeeded":false,"recheckUserIds":[],"doubts":[],"groups":[]}""";

        Assert.Equal(Text, StoredDocuments.Progress.Write(SyncProgress.None));
        Assert.Equal(Text, StoredDocuments.Progress.Write(StoredDocuments.Progress.Read(Text)));
        Assert.Equal(Text, StoredDocuments.Progress.Write(StoredDocuments.Progress.Read("""{"scope":null,"links":null,"doubts":null,"groups":null,"ofALaterVersion":true}""")));
        const string Sparse = """{"doubts":[{"id":"d","since":"2026-03-04T05:06:07Z","told":null,"isRemoved":null,"leftGroups":null}],"groups":[{"id":"g","within":null}]}""";
        Assert.Equal(
            """{"scope":"","fullNeeded":false,"recheckUserIds":[],"doubts":[{"id":"d","since":"2026-03-04T05:06:07+00:00","isRemoved":false,"leftGroups":[]}],"groups":[{"id":"g","isUserGroup":false,"holdsGroups":false,"wasRead":false}]}""",
            StoredDocuments.Progress.Write(StoredDocuments.Progress.Read(Sparse)));
    }

    [Theory]
    [InlineData("""{"links":{"groups":["a"]}}""")]
    [InlineData("""{"links":{"groups":[null],"users":"u"}}""")]
    [InlineData("""{"links":{"groups":["a"],"users":null}}""")]
    [InlineData("""{"recheckUserIds":[1]}""")]
    [InlineData("""{"recheckUserIds":[null]}""")]
    [InlineData("""{"doubts":[{"id":"d"}]}""")]
    [InlineData("""{"doubts":[{"since":"2026-03-04T05:06:07Z"}]}""")]
    [InlineData("""{"doubts":[{"id":"d","since":"2026-03-04T05:06:07Z","told":{}}]}""")]
    [InlineData("""{"groups":[{"id":null}]}""")]
    [InlineData("""{"groups":[7]}""")]
    public void A_progress_document_with_an_odd_value_is_damaged(string text) => Refused(ErrorId.StoredTextDamaged, () => StoredDocuments.Progress.Read(text));

    [Fact]
    public void Messages_keep_their_format()
    {
        Assert.Equal("""["Reason_NewMember","a","\u003Cb\u003E"]""", StoredDocuments.Message.Write(new Message("Reason_NewMember", "a", "<b>")));
        Assert.Equal("""["Status_Ok"]""", StoredDocuments.Message.Write(Texts.StatusOk));
        Assert.Equal("""[["Status_Ok","a"],["Status_Ok"]]""", StoredDocuments.Messages.Write([new Message("Status_Ok", "a"), Texts.StatusOk]));
        Assert.Equal("[]", StoredDocuments.Messages.Write([]));
        Assert.Equal(new Message("Reason_NewMember", "a", "<b>"), StoredDocuments.Message.Read("""["Reason_NewMember","a","\u003Cb\u003E"]"""));
        Assert.Equal([new Message("Status_Ok", "a"), Texts.StatusOk], StoredDocuments.Messages.Read("""[["Status_Ok","a"],["Status_Ok"]]"""));
        foreach (var damaged in new[] { "[]", "{}", "[null]", """["a",1]""", """["a",[]]""", """["a",["b",[1]]]""", """["a",{}]""", "\"a\"", "null" })
            Refused(ErrorId.StoredTextDamaged, () => StoredDocuments.Message.Read(damaged));
    }

    [Fact]
    public void A_message_in_a_message_is_stored_as_one()
    {
        var message = Texts.TextAbout("anna", Problems.PersonUnknown("[\"a\"]", Texts.DoubtHidden("Staff")).Text);
        const string Stored = """["Text_About","anna",["Error_PersonUnknown","[\u0022a\u0022]",["Doubt_Hidden","Staff"]]]""";

        Assert.Equal(Stored, StoredDocuments.Message.Write(message));
        Assert.Equal(message, StoredDocuments.Message.Read(Stored));
        // Released versions rendered the inner message when they stored it.
        Assert.Equal("unknown state of 'anna'", StoredDocuments.Message.Read("""["Text_Verbatim","unknown state of 'anna'"]""").Render(CultureInfo.GetCultureInfo("fr-FR")));
    }

    [Fact]
    public void Lists_of_texts_keep_their_format()
    {
        Assert.Equal("""["a","\u00FC"]""", StoredDocuments.Texts.Write(["a", "ü"]));
        Assert.Equal("[]", StoredDocuments.Texts.Write([]));
        Assert.Equal(["a", "ü"], StoredDocuments.Texts.Read("""["a","\u00FC"]"""));
        foreach (var damaged in new[] { "[null]", "[1]", "{}", "null" })
            Refused(ErrorId.StoredTextDamaged, () => StoredDocuments.Texts.Read(damaged));
    }

    [Fact]
    public void Secrets_keep_their_format()
    {
        var clear = new ClearProtector();
        var connection = Connection();
        const string Text = """{"clientSecret":"s\u002B","certificate":"AQID","certificatePassword":"p","passwordBossToken":"t"}""";

        Assert.Equal(Text, Encoding.UTF8.GetString(SecretDocument.Protect(
            clear, connection, new ConnectionSecrets { ClientSecret = "s+", Certificate = [1, 2, 3], CertificatePassword = "p", PasswordBossToken = "t" })));
        Assert.Equal("{}", Encoding.UTF8.GetString(SecretDocument.Protect(clear, connection, new ConnectionSecrets())));
        var read = SecretDocument.Unprotect(clear, connection, Encoding.UTF8.GetBytes(Text));
        Assert.Equal(("s+", "p", "t"), (read.ClientSecret, read.CertificatePassword, read.PasswordBossToken));
        Assert.Equal([1, 2, 3], read.Certificate);
        Assert.Null(SecretDocument.Unprotect(clear, connection, Encoding.UTF8.GetBytes("""{"clientSecret":null,"ofALaterVersion":1}""")).ClientSecret);
    }

    [Fact]
    public void A_witness_keeps_its_format()
    {
        var path = Path.Combine(state.Location.WitnessFolder, Id.ToString("D") + ".json");
        var witness = new Witness(state.Location, Id, "sides");
        RemovalRecord[] removals =
        [
            new() { At = SetClock.Start, GroupId = "g", Forced = true },
            new() { At = SetClock.Start },
            new() { At = Time, GroupId = "g", Forced = true },
        ];
        const string Text = """
            {"format":1,"run":7,"schema":6,"sides":"sides","settings":"digest","removals":[{"group":"g","forced":true,"at":[639081975670000000,639081975671234567]},{"forced":false,"at":[639081975670000000]}]}
            """;

        witness.TryWrite(new WitnessRecord(7, 6, removals) { Settings = "digest" });
        Assert.Equal(Text, File.ReadAllText(path));
        var read = witness.Read()!;
        Assert.Equal((7, 6, "sides", "digest"), (read.RunNumber, read.Schema, read.Sides, read.Settings));
        Assert.Equal([removals[0], removals[2], removals[1]], read.Removals);

        new Witness(state.Location, Id).TryWrite(new WitnessRecord(0, 0, []));
        Assert.Equal("""{"format":1,"run":0,"schema":0,"removals":[]}""", File.ReadAllText(path));
        foreach (var damaged in new[] { """{"format":2,"run":7,"schema":6,"removals":[]}""", """{"format":1,"schema":6,"removals":[]}""", """{"format":1,"run":7,"schema":6}""", "[]", "null", "{\"format\":1,\"run\":7,\"schema\":6,\"removals\":[{\"at\":[\"1\"]}]}" })
        {
            File.WriteAllText(path, damaged);
            Assert.Null(witness.Read());
        }
    }

    /// <summary>Returns the text that would be encrypted.</summary>
    private sealed class ClearProtector : ISecretProtector
    {
        public byte[] Protect(SecretBinding binding, byte[] clear) => [.. clear];

        public byte[] Unprotect(SecretBinding binding, byte[] encrypted) => [.. encrypted];

        public bool IsVersion1(byte[] encrypted) => false;

        public byte[] UnprotectVersion1(Guid connectionId, byte[] encrypted) => throw new NotSupportedException();

        public bool IsKeyMissing(Guid connectionId, byte[] encrypted) => false;
    }
}

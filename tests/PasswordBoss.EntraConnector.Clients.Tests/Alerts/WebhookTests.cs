using System;
using System.Globalization;
using System.Linq;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Alerts;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Tests.Alerts;

/// <summary>The requests to a receiver, and the meaning of its responses.</summary>
[Trait("Speed", "Slow")]
public sealed class WebhookTests : IAsyncLifetime
{
    // A name with characters that are markup in one of the formats.
    private const string Name = "<!channel> & *Büro* [x](https://evil.example) \"{0}\" <at>all</at>";
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    private static readonly AlertNotice Notice = new()
    {
        Event = AlertEvent.Failing,
        Source = "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7",
        Connection = Name,
        TenantId = "tenant",
        Time = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(1)),
        Since = new DateTimeOffset(2026, 3, 2, 7, 55, 0, TimeSpan.Zero),
        LastSuccess = new DateTimeOffset(2026, 3, 2, 7, 50, 0, TimeSpan.Zero),
        ErrorId = "GraphFailed",
    };

    private LoopbackServer server = null!;

    public async Task InitializeAsync() => server = await LoopbackServer.StartAsync(c => Status(c, 202));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task CloudEvents_are_structured_JSON_that_the_official_SDK_reads()
    {
        var receiver = Open(AlertFormat.CloudEvents);

        Assert.Equal(new AlertResponse(202, null), await receiver.SendAsync(Id, Notice, default));
        await receiver.SendAsync(Id, Notice, default);

        var request = server.Requests[0];
        Assert.Equal(("POST", "/hook?sig=s%2Bcret"), (request.Method, request.PathAndQuery));
        Assert.Equal("application/cloudevents+json; charset=utf-8", request.Header("Content-Type"));
        Assert.Equal(request.Body, server.Requests[1].Body);
        var read = new JsonEventFormatter().DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(request.Body), new ContentType(request.Header("Content-Type")!), null);
        Assert.True(read.IsValid);
        Assert.Equal(CloudEventsSpecVersion.V1_0, read.SpecVersion);
        Assert.Equal((Id.ToString(), Notice.Source, Name, "PasswordBoss.EntraConnector.Failing"), (read.Id, read.Source!.OriginalString, read.Subject, read.Type));
        Assert.Equal(Notice.Time, read.Time);
        var data = Assert.IsType<JsonElement>(read.Data);
        Assert.Equal(
            [
                ("connection", Name),
                ("tenantId", "tenant"),
                ("since", "2026-03-02T07:55:00Z"),
                ("lastSuccess", "2026-03-02T07:50:00Z"),
                ("errorId", "GraphFailed"),
                ("message", $"The last sync of connection '{Name}' failed."),
                ("advice", $"Look at Get-PBConnectorStatus -Name '{Name}' on the machine that syncs it."),
            ],
            data.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)));
    }

    [Fact]
    public async Task Teams_gets_a_card_whose_texts_are_not_read_as_Markdown()
    {
        var receiver = Open(AlertFormat.Teams);

        await receiver.SendAsync(Id, Notice, default);

        Assert.Equal("application/json; charset=utf-8", server.Requests[0].Header("Content-Type"));
        using var message = JsonDocument.Parse(server.Requests[0].Body);
        Assert.Equal("message", message.RootElement.GetProperty("type").GetString());
        var attachment = Assert.Single(message.RootElement.GetProperty("attachments").EnumerateArray());
        Assert.Equal("application/vnd.microsoft.card.adaptive", attachment.GetProperty("contentType").GetString());
        var card = attachment.GetProperty("content");
        Assert.Equal(("AdaptiveCard", "1.4"), (card.GetProperty("type").GetString(), card.GetProperty("version").GetString()));
        var blocks = card.GetProperty("body").EnumerateArray().ToList();
        Assert.All(blocks, block => Assert.Equal("RichTextBlock", block.GetProperty("type").GetString()));
        var runs = blocks.Select(block => block.GetProperty("inlines").EnumerateArray().ToList()).ToList();
        Assert.All(runs.SelectMany(r => r), run => Assert.Equal("TextRun", run.GetProperty("type").GetString()));
        Assert.Equal(
            [
                $"The last sync of connection '{Name}' failed.", "Connection: " + Name, "Tenant: tenant", "Error: GraphFailed", "Since: 2026-03-02 07:55 UTC",
                "Last success: 2026-03-02 07:50 UTC", "Time: 2026-03-02 08:00 UTC", $"Look at Get-PBConnectorStatus -Name '{Name}' on the machine that syncs it.",
            ],
            runs.Select(r => string.Concat(r.Select(run => run.GetProperty("text").GetString()))));
    }

    [Fact]
    public async Task Slack_gets_a_text_in_which_its_three_characters_are_escaped()
    {
        var receiver = Open(AlertFormat.Slack);

        await receiver.SendAsync(Id, Notice, default);

        Assert.Equal("application/json; charset=utf-8", server.Requests[0].Header("Content-Type"));
        using var message = JsonDocument.Parse(server.Requests[0].Body);
        var text = message.RootElement.GetProperty("text").GetString()!;
        Assert.StartsWith(
            "The last sync of connection '&lt;!channel&gt; &amp; *Büro* [x](https://evil.example) \"{0}\" &lt;at&gt;all&lt;/at&gt;' failed.\nConnection: &lt;!channel&gt;", text, StringComparison.Ordinal);
        Assert.DoesNotContain('<', text);
        Assert.False(message.RootElement.GetProperty("mrkdwn").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void The_body_of_each_event_is_valid_and_the_same_in_every_language(AlertFormat format, AlertEvent? what)
    {
        var culture = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        var notice = new AlertNotice { Event = what, Source = Notice.Source, Connection = "Contoso", Time = Notice.Time, SecretExpires = Notice.Time };
        var usual = AlertBody.Write(format, Id, notice);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("ar-SA");
            Assert.Equal(usual, AlertBody.Write(format, Id, notice));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = culture;
        }

        using var parsed = JsonDocument.Parse(usual);
        Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
    }

    public static TheoryData<AlertFormat, AlertEvent?> AllForms()
    {
        var all = new TheoryData<AlertFormat, AlertEvent?>();
        foreach (var format in Enum.GetValues<AlertFormat>())
        {
            all.Add(format, null);
            foreach (var what in Enum.GetValues<AlertEvent>())
                all.Add(format, what);
        }

        return all;
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(299, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(429, false)]
    [InlineData(503, false)]
    public async Task Only_2xx_means_that_the_receiver_took_the_event_and_nothing_is_repeated(int status, bool isTaken)
    {
        var receiver = Open(AlertFormat.CloudEvents);
        server.Handler = c =>
        {
            c.Response.Headers.RetryAfter = "1";
            return Status(c, status);
        };

        var answer = await receiver.SendAsync(Id, Notice, default);

        Assert.Equal((status, isTaken), (answer.Status, answer.Failure is null));
        Assert.Equal(status == 400, answer.ConcernsOneEvent);
        Assert.Single(server.Requests);
        Assert.Equal(isTaken ? null : Texts.AlertAnswerStatus(status.ToString(CultureInfo.InvariantCulture)), answer.Failure);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await LoopbackServer.StartAsync(c => Status(c, 200));
        var receiver = Open(AlertFormat.CloudEvents);
        server.Handler = c =>
        {
            c.Response.Headers.Location = elsewhere.Address.AbsoluteUri;
            return Status(c, status);
        };

        var answer = await receiver.SendAsync(Id, Notice, default);

        Assert.Equal(Texts.AlertAnswerRedirect(status.ToString(CultureInfo.InvariantCulture)), answer.Failure);
        Assert.Empty(elsewhere.Requests);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_request_to_a_hanging_receiver_ends_after_the_limit()
    {
        var receiver = Open(AlertFormat.CloudEvents, TimeSpan.FromMilliseconds(300));
        server.Handler = server.HangAsync;

        var answer = await receiver.SendAsync(Id, Notice, default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Null(answer.Status);
        Assert.StartsWith("The receiver did not answer: ", answer.Failure!.Render(), StringComparison.Ordinal);
        // The answer is stored, and another reader may have another language.
        Assert.EndsWith("pas de réponse en 0,3 secondes.", answer.Failure.Render(CultureInfo.GetCultureInfo("fr-FR")), StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal((1, TimeSpan.FromSeconds(10)), (WebhookReceiver.Timing.MaxTries, WebhookReceiver.Timing.TryTimeout));
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(500, false)]
    public async Task A_receiver_that_answers_and_then_hangs_is_judged_by_its_status_at_once(int status, bool isTaken)
    {
        var receiver = Open(AlertFormat.CloudEvents, TimeSpan.FromHours(1));
        server.Handler = async c =>
        {
            c.Response.StatusCode = status;
            c.Response.ContentLength = 100;
            await c.Response.Body.FlushAsync();
            await server.HangAsync(c);
        };

        var answer = await receiver.SendAsync(Id, Notice, default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((status, isTaken), (answer.Status, answer.Failure is null));
    }

    [Fact]
    public async Task An_endless_response_of_a_receiver_uses_little_memory()
    {
        var receiver = Open(AlertFormat.CloudEvents);
        server.Handler = async c =>
        {
            var sent = 0;
            while (!c.RequestAborted.IsCancellationRequested && sent < 100)
            {
                await c.Response.Body.WriteAsync(new byte[64 * 1024], c.RequestAborted);
                sent++;
            }

            Assert.InRange(sent, 0, 99);
        };

        Assert.Null((await receiver.SendAsync(Id, Notice, default)).Failure);
    }

    [Fact]
    public async Task A_response_that_repeats_the_address_is_not_reported()
    {
        var receiver = Open(AlertFormat.CloudEvents);
        server.Handler = c => LoopbackServer.JsonAsync(c, "{\"error\":\"no such hook: " + c.Request.QueryString + "\"}", 404);

        var answer = await receiver.SendAsync(Id, Notice, default);

        Assert.DoesNotContain("cret", answer.Failure!.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_receiver_causes_an_error_without_the_address()
    {
        var receiver = new WebhookReceiver(new Uri("https://localhost:1/hook?sig=secret"), AlertFormat.Slack);

        var answer = await receiver.SendAsync(Id, Notice, default);

        Assert.Null(answer.Status);
        Assert.DoesNotContain("secret", answer.Failure!.Render(), StringComparison.Ordinal);
    }

    [TlsFact]
    public async Task A_receiver_whose_certificate_is_not_trusted_gets_nothing()
    {
        await using var untrusted = await LoopbackServer.StartAsync(c => Status(c, 200), LoopbackTrust.SelfSigned);
        var receiver = new WebhookReceiver(untrusted.Address, AlertFormat.Slack);

        Assert.NotNull((await receiver.SendAsync(Id, Notice, default)).Failure);
        Assert.Empty(untrusted.Requests);
    }

    [Fact]
    public async Task A_stop_ends_the_request()
    {
        using var stop = new CancellationTokenSource();
        var receiver = Open(AlertFormat.CloudEvents);
        server.Handler = async c =>
        {
            await stop.CancelAsync();
            await server.HangAsync(c);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiver.SendAsync(Id, Notice, stop.Token).WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private WebhookReceiver Open(AlertFormat format, TimeSpan? limit = null) =>
        new(new Uri(server.Address, "hook?sig=s%2Bcret"), format, WebhookReceiver.Timing with { TryTimeout = limit ?? WebhookReceiver.Timing.TryTimeout });

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}

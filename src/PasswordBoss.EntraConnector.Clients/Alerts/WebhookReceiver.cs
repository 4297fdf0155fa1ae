using System;
using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Alerts;

/// <summary>
/// A webhook. Each event is one POST, sent once. The bodies of its answers are not used, because they may repeat the address, which is a secret.
/// </summary>
internal sealed class WebhookReceiver : IAlertReceiver
{
    /// <summary>The times and limits of a webhook.</summary>
    public static readonly HttpTiming Timing = HttpTiming.Default with { MaxTries = 1, TryTimeout = TimeSpan.FromSeconds(10), MaxRetryAfter = TimeSpan.Zero, MaxAnswerBytes = 64 * 1024 };

    private readonly HttpEndpoint endpoint;
    private readonly Uri address;
    private readonly AlertFormat format;
    private int lastStatus;

    /// <summary>Prepares the client; nothing is sent.</summary>
    /// <param name="address">The https address.</param>
    /// <param name="format">The form of the messages.</param>
    /// <param name="timing">The times and limits; null for <see cref="Timing"/>.</param>
    public WebhookReceiver(Uri address, AlertFormat format, HttpTiming? timing = null)
    {
        this.address = address;
        this.format = format;
        endpoint = HttpEndpoint.Open(EndpointRole.Webhook, address, null, timing ?? Timing);
        endpoint.Answered += status => Volatile.Write(ref lastStatus, status);
    }

    /// <inheritdoc/>
    public async Task<AlertAnswer> SendAsync(Guid id, AlertNotice notice, CancellationToken cancellationToken)
    {
        Volatile.Write(ref lastStatus, 0);
        using var client = endpoint.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(AlertBody.Write(format, id, notice)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(AlertBody.TypeOf(format));
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return Of((int)response.StatusCode);
        }
        catch (TransportException exception)
        {
            // A receiver that answered with success and then broke off has accepted the event.
            return IsSuccess(Volatile.Read(ref lastStatus))
                ? Of(Volatile.Read(ref lastStatus))
                : new AlertAnswer(null, Texts.AlertAnswerNone(ServerText.Sentence(ServerText.Clean(exception.Message))));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => endpoint.Dispose();

    private static AlertAnswer Of(int status)
    {
        var number = status.ToString(CultureInfo.InvariantCulture);
        return new AlertAnswer(status, IsSuccess(status) ? null : status is >= 300 and < 400 ? Texts.AlertAnswerRedirect(number) : Texts.AlertAnswerStatus(number));
    }

    private static bool IsSuccess(int status) => status is >= 200 and < 300;
}

# English: the same messages with the same variables as locales/id, the language of record.
# What a variable holds is already safe for Telegram's HTML when it gets here.

## Introduction and help

start =
    👋 <b>Check a customer number before you sell</b>
    Type the product code and the number:
    <code>/cek PLN20 01105691111</code>
    I answer with the customer's name and the total.
    /produk list of codes · /riwayat latest checks · /bantuan help
help =
    <b>Write it as it comes</b>: <code>PLN20 01105691111</code>, <code>dana 50rb 0817345544</code>, or the number alone.
    You have a name? Add <code>an Budi</code>. Many numbers? One a line.
    /cek choose by buttons · /ulang the last check once more
    /produk [word] list of codes · /gangguan how PLN, DANA and the others are doing
    /riwayat [word] find checks, such as <code>/riwayat kemarin</code> (yesterday)
    /rekap figures · /ekspor files for Excel · /kuota your quota
    /simpan a customer under a name of your own · /pelanggan lists them
    /batal cancel what waits · /bahasa id|en · /id · /privasi · /atur
    { $place ->
        [group] In a group: use /cek, mention the bot, or reply <code>/cek PLN20</code> to a message with the number.
       *[private] A typing mistake? Just edit your message.
    }
    Never send a PIN. This bot has no use for it.
hint = Type the product code and the number, such as <code>PLN20 01105691111</code>. List of codes: /produk
unknown-command = I don't know that command. See /bantuan.
id-shown =
    Your ID: <code>{ $user }</code>
    This chat's ID: <code>{ $chat }</code>
id-anonymous =
    You write as an anonymous administrator, so the bot cannot see your ID.
    To see it, send /id to this bot in a private chat.
    This chat's ID: <code>{ $chat }</code>
stranger = 🔒 This bot, which checks customer numbers, is for registered agents only. Your ID: <code>{ $user }</code>
language-set = ✅ This chat is now answered in English.
access-revoked = 🔒 Your access was taken back.
denied-paused = ⏸ Your checks are paused. Ask the bot's owner.
denied-paused-until = ⏸ Your checks are paused until { $until }.
denied-group-admins = 🔒 Only administrators of the group can change this.
denied-unasked = ⚠️ The bot cannot ask Telegram at the moment whether you are an administrator. Try again shortly.
denied-owners = 🔒 Only the bot's owner can use this.
denied-managers = 🔒 Only the bot's owner and admins can use this.
denied-private = 🔒 Send this in your private chat with the bot.
language-usage = Choose a language: <code>/bahasa id</code> (Indonesia) or <code>/bahasa en</code> (English).
apology = 😔 Sorry, this bot made a mistake while answering. Please try again.
slow-down = 🙏 Easy, that is too many messages at once. Try again in a moment.
slow-down-not-taken = Not checked:
store-trouble = 😔 Sorry, the records can't be opened right now. Try again in a moment.

## The answer of a check

found-heading = ✅ { $product }
found-name = <b>{ $name }</b>
found-unnamed = ⚠️ The number is registered, but { $provider } gave no name.
label-meter = Meter no.: <code>{ $number }</code>
label-idpel = Customer ID: <code>{ $number }</code>
label-mobile = Mobile no.: <code>{ $number }</code>
label-driver = Driver ID: <code>{ $number }</code>
found-power = Tariff/power: { $power }
found-nominal = Nominal: { $nominal }
found-total = Total: <b>{ $total }</b>
footer = <i>{ $time } · Ref { $reference }</i>
footer-code = <i>{ $time } · Ref { $reference } · Code { $code }</i>
not-kept = <i>This check could not be kept in the history.</i>

not-found-meter =
    ❌ <b>Number not found at { $provider }.</b> Check its digits again: <code>{ $number }</code>
    If they are right, it may be a postpaid customer.
not-found-mobile =
    ❌ <b>Number not found at { $provider }.</b> Check its digits again: <code>{ $number }</code>
    If they are right, it may not be registered with { $provider } yet.
not-found-driver =
    ❌ <b>ID not found at { $provider }.</b> Check its digits again: <code>{ $number }</code>
    Ask for the driver ID shown in the driver's app.
number-blocked =
    🚫 <b>Number blocked at { $provider }:</b> { $number }
    Don't sell yet; the customer has to contact { $provider }.
already-paid =
    ⚠️ <b>Paid already, says { $provider }:</b> { $number }
    There is nothing to pay.
over-limit =
    ⚠️ <b>More than { $provider } allows</b> for number { $number }.
    Try a smaller product or nominal.
amount-too-small =
    ⚠️ <b>The nominal is too small for { $provider }.</b> Number { $number } has not been checked.
    Try again with a larger nominal.
product-unavailable =
    ⚠️ <b>{ $code } can't be checked right now.</b> Number { $number } is not necessarily wrong.
    Choose another { $provider } product: /produk
provider-down =
    ⚠️ <b>{ $provider } is out of order.</b> Number { $number } is not necessarily wrong.
    Try again in a few minutes.
no-answer =
    ⏳ <b>No answer from { $provider } yet.</b> Number { $number } is not necessarily wrong.
    Try again in a moment; don't sell yet.
service-down =
    ⏳ <b>No answer from the checking service yet.</b> Number { $number } is not necessarily wrong.
    Try again in a moment; don't sell yet.
operator-problem =
    🔧 <b>The checking service is being repaired.</b> Number { $number } is not necessarily wrong.
    Try again later.
other-refusal =
    ⚠️ <b>The check at { $provider } was refused.</b> Number { $number } is not necessarily wrong.
    Note: { $message }
billers-refusal =
    ⚠️ <b>The check at { $provider } was refused.</b> Number { $number }
    Note: { $message }
other-refusal-silent =
    ⚠️ <b>The check at { $provider } was refused</b> without a note. Number { $number } is not necessarily wrong.
    Try again later or ask the admin.

## Not answered yet

later-down = ⏳ <b>{ $provider } is out of order.</b> Number { $number } is not necessarily wrong.
later-no-answer = ⏳ <b>No answer from { $provider } yet.</b> Number { $number } is not necessarily wrong.
later-service-down = ⏳ <b>No answer from the checking service yet.</b> Number { $number } is not necessarily wrong.
later-promise = Don't sell yet. I keep asking until { $time }; the answer follows here. /batal to stop.
later-gave-up =
    ⏳ <b>{ $provider } has not answered until { $time }.</b> Number { $number } is not necessarily wrong.
    Check again later: { $line }
later-gave-up-service =
    ⏳ <b>The checking service has not answered until { $time }.</b> Number { $number } is not necessarily wrong.
    Check again later: { $line }
later-cancelled = ✋ Cancelled: { $line }
later-apology = 🙏 Sorry, this answer is late.
cancel-done = ✋ { $count ->
        [one] 1 waiting check
       *[other] { $count } waiting checks
    } cancelled.
cancel-none = No check of yours is waiting here.
busy = 🙏 The bot is busy. Try again in a moment.
not-accepted = 😔 Sorry, the bot can't take new checks right now. Try again in a few minutes.

## Outages

outages-heading = <b>Last 15 minutes</b>
outages-none = No checks in the last 15 minutes.
outages-up = ✅
outages-down = ⚠️
outages-rate = { $provider }: { $percent }% of { $checks ->
        [one] 1 check
       *[other] { $checks } checks
    } answered
outages-median = usually { $seconds } seconds

## What can't be checked as typed

empty-check = Which number? Example: <code>/cek PLN20 01105691111</code>
unknown-code = ⚠️ There is no code <b>{ $typed }</b>. List of codes: /produk
unknown-code-nearest = ⚠️ There is no code <b>{ $typed }</b>. Did you mean { $codes }?
unknown-code-fitting = ⚠️ There is no code <b>{ $typed }</b>. For that number it could be { $codes }.
missing-code = ⚠️ Which product code? For that number it could be { $codes }.
missing-code-many = ⚠️ Which product code? For that number, for example, { $codes }. List of codes: /produk
missing-code-unknown = ⚠️ Which product code? Example: <code>PLN20 01105691111</code>. List of codes: /produk
which-product = ⚠️ Which { $provider } product? It can be { $codes }.
not-offered = Only numbers of { $providers } are checked here. Balances, airtime, bills and bank accounts are not.
lost-zero = Is the 0 in front missing? { $line }
mobile-under-meter = ⚠️ That looks like a mobile number, not a meter’s. Please check the digits.
mobile-under-meter-wallets = ⚠️ That looks like a mobile number, not a meter’s. For a mobile number it can be { $codes }.
missing-number = ⚠️ The number is missing. Example: <code>{ $example }</code>
number-short = ⚠️ { $shape }: <b>{ $digits ->
        [one] 1 digit
       *[other] { $digits } digits
    } missing</b>.
number-long = ⚠️ { $shape }: <b>{ $digits ->
        [one] 1 digit
       *[other] { $digits } digits
    } too many</b>.
number-token = ⚠️ That is a token (20 digits), not a meter number. A PLN meter has 11 digits.
number-letters = ⚠️ There are letters in that number. { $shape }.
number-not-mobile = ⚠️ A mobile number begins with 08 (or 62). Check its digits again.
number-virtual-account = ⚠️ That is a bank's virtual account. Drop the prefix <b>{ $prefix }</b> and keep the mobile number.
shape-meter = A PLN meter has 11 digits (customer ID 12)
shape-mobile = A mobile number has 10–13 digits
shape-driver = A driver ID has 5–15 digits
words-around = ⚠️ Do you mean this? { $line }
words-around-nominal = ⚠️ Do you mean this? { $line }
nominal-first = ⚠️ Do you mean this? { $line }
missing-nominal = ⚠️ Add the nominal. Example: <code>{ $example }</code>
nominal-or-pin = ⚠️ Is that a nominal or a PIN? Write the nominal with rb or dots. Example: <code>{ $example }</code>
bad-nominal = ⚠️ I can't read the nominal. Example: <code>{ $example }</code>
nominal-range = ⚠️ The nominal of { $code } goes from { $min } to { $max }. Example: <code>{ $example }</code>
nominal-not-taken = ⚠️ { $code } has a fixed nominal ({ $product }). Leave it out: <code>{ $line }</code>
ambiguous = ⚠️ These digits can be read in more than one way. Write the number without spaces or PIN. Example: <code>{ $example }</code>
several = ⚠️ There is more than one number, and they are not clear. Write one a line, such as <code>PLN20 01105691111</code>
pin-warning = 🔐 Never send a PIN! This bot has no use for it and keeps none. Delete that message if you still see it.

## Products

products-heading = <b>Products that can be checked</b>
products-none = No product matches “{ $word }”. See all of them: /produk
products-provider = <b>{ $provider }</b>
product-fixed = <code>{ $code }</code> { $name } · { $selling }
product-fixed-owner = <code>{ $code }</code> { $name } · buying { $buying } · selling { $selling }
product-open = <code>{ $code }</code> { $name } · { $min } – { $max }

## History

history-empty = No checks in this chat yet. Try <code>/cek PLN20 01105691111</code>
history-heading = <b>Latest checks</b>
history-none = No check fits. Try <code>/riwayat pln</code>, <code>/riwayat kemarin</code>, or a part of the name or the number.
history-heading-found = <b>Checks found</b>
history-day = <b>{ $date }</b>
history-entry = { $mark } { $time } { $product } <code>{ $number }</code>
history-times = <b>{ $count }x</b>
history-waits = waiting for an answer
agent-anonymous = anonymous admin
history-found = { $name } · { $total }
history-found-power = { $name } · { $power } · { $total }
history-unnamed = no name
history-no-total = no total
history-not-found = not found
history-number-blocked = blocked
history-already-paid = paid already
history-over-limit = over the limit
history-amount-too-small = nominal too small
history-product-unavailable = product can't be checked
history-provider-down = out of order
history-no-answer = no answer yet
history-service-down = no answer yet
history-operator = being repaired
history-other = refused
status-found = SUCCESS
button-newer = ◀ Newer
button-older = Older ▶
button-not-yours = This button is for the agent who asked. Send /cek or /riwayat yourself.
button-stale = This button is no longer valid. Send /cek or /riwayat again.

## Files and recaps

export-caption = 📄 Checks of { $month }: { $count ->
    [one] 1 check.
   *[other] { $count } checks.
}
export-caption-csv = The same as CSV.
export-none = No checks in this chat in { $month }.
export-usage = Which month? Examples: <code>/ekspor november</code>, <code>/ekspor 11/2026</code>.
column-time = Time (WIB)
column-agent = Agent
column-product = Product
column-provider = Provider
column-number = Number
column-nominal = Nominal
column-name = Name
column-power = Tariff/power
column-total = Total
column-status = Status
column-code = Code
column-reference = Ref
recap-title = Busiest hours · { $period }
recap-heading = <b>Recap { $period }</b>
recap-all = { $checks ->
    [one] 1 check
   *[other] { $checks } checks
} · ✅ { $found } ({ $percent }%)
recap-unanswered = ⏳ { $count } without an answer
recap-line = { $name }: { $checks ->
    [one] 1 check
   *[other] { $checks } checks
} · ✅ { $percent }%
recap-more = and { $count ->
    [one] 1 more agent
   *[other] { $count } more agents
}
recap-busiest = Busiest from { $from } to { $until }: { $count ->
    [one] 1 check
   *[other] { $count } checks
}
recap-none = No checks in this chat yet: { $period }.
recap-usage = Which recap? <code>/rekap hari</code> (day), <code>/rekap minggu</code> (week) or <code>/rekap bulan</code> (month).
report-trouble = 😔 Sorry, the file could not be made. Try again in a moment.
file-refused = 😔 Sorry, the file can't be sent through Telegram.

## Customers

customer-saved = ✅ Saved: <b>{ $name }</b> = { $line }
customer-replaced = Before: { $line }
customer-how = Type <code>/cek { $name }</code> to check it.
customer-bad-alias = ⚠️ That name can't be used. Use letters, 30 at most; no number alone, no product code.
customer-save-usage = Keep a customer under a name of your own: <code>/simpan busiti PLN20 01105691111</code>
customer-deleted = 🗑 <b>{ $name }</b> is deleted.
customer-unknown = There is no customer called <b>{ $name }</b>. See /pelanggan
customer-renamed = ✅ <b>{ $old }</b> is now <b>{ $new }</b>.
customer-renamed-before = There is no <b>{ $old }</b>; <b>{ $new }</b> is there already. See /pelanggan
customer-alias-used = ⚠️ Another customer is called <b>{ $name }</b> already.
customer-entry = <b>{ $name }</b> { $line }
customers-heading = <b>Your customers ({ $count })</b>
customers-how = <i>🔎 check · ✏️ copy the command to rename · 🗑 delete</i>
customers-none = No customers yet. Keep one: <code>/simpan busiti PLN20 01105691111</code>
customers-full = ⚠️ That is { $count } customers already. Delete some first: /pelanggan
customers-usage = <code>/pelanggan</code> lists · <code>/pelanggan hapus busiti</code> deletes · <code>/pelanggan ganti busiti ibusiti</code> renames
customers-anonymous = An anonymous admin can't keep customers. Use the private chat with this bot.
button-previous = ◀ Previous
button-next = Next ▶

## For owners

alert = 🔧 <b>Checks fail and need you.</b> { $remedy }
alert-code = 🔧 <b>Checks fail and need you</b> (code { $code }). { $remedy }
alert-product = 🏷️ <b>Klikoo refuses { $product }</b> (code { $code }): check its code and its prices in the bot's catalog, or ask Klikoo whether the product is active.
alert-store = 💾 <b>The bot cannot keep data; new checks are refused until it can.</b> <code>{ $error }</code>
alert-visitors = 👋 In the last day { $people } people who are no agents wrote to this bot, and { $groups } groups that are not registered took it in. The bot leaves such a group after a day; put it into CEKNOMOR_CHATS if it is yours.
remedy-signature = Klikoo refuses the signature: paste the public key of <code>KLIKOO_PRIVATE_KEY_FILE</code> into the dashboard, and check <code>KLIKOO_CLIENT_SECRET</code>.
remedy-credentials = Klikoo refuses the client id or secret: copy <code>KLIKOO_CLIENT_ID</code> and <code>KLIKOO_CLIENT_SECRET</code> from the dashboard again, in <code>.env</code> between single quotes.
remedy-address = The IP address of the bot's server is not in the whitelist: add it in Klikoo's dashboard.
remedy-not-verified = The Klikoo account is not verified: finish the verification in the dashboard.
remedy-account-type = The Klikoo account is of a wrong type (not b2b/irs): contact Klikoo.
remedy-account-blocked = The Klikoo account is disabled or blocked: contact Klikoo.
remedy-account-data = Klikoo can't read the account's data: contact Klikoo if it happens again.
remedy-clock = Klikoo refuses the server's clock even when corrected: turn on NTP on the bot's server.
remedy-token = Klikoo refuses even a new access token: check <code>KLIKOO_CLIENT_SECRET</code>; ask Klikoo if it is right.
remedy-no-api = There is no Klikoo API at that address: check <code>KLIKOO_BASE_URL</code>, gateway prefix and https included.
remedy-forbidden = The bot's server is refused in front of Klikoo's API: put its IP address into the dashboard's whitelist; if it is there, ask Klikoo whether its firewall blocks it.
remedy-throttled = Klikoo refuses because requests come too often; checks are made again by themselves. If it lasts, ask Klikoo for a higher limit.
remedy-unreadable = Klikoo's answers cannot be read: check <code>KLIKOO_BASE_URL</code>; if it is right, report it to Klikoo.
remedy-request = Klikoo calls the request malformed: check products and prices in the catalog; if they are right, report a bug.

## Demo

demo-opening =
    👋 <b>This is an agent's chat with the bot, just as in Telegram.</b> No account, no network; nothing is kept.
    Type any message, or type a number to press its button:
demo-short = a digit is missing
demo-late = PLN is down, the answer comes later
demo-end = All numbers to try: <code>ceknomor sandbox --list</code>. To leave: type <code>exit</code> or Ctrl-D. Files from the bot: folder <code>./ceknomor-demo</code>.
demo-next =
    👋 On to Telegram: ask @BotFather for a token, fill in <code>.env</code> as <code>.env.example</code> shows;
    then <code>ceknomor doctor</code> looks at every part, and <code>ceknomor run</code> starts the bot.

## Command menu

menu-cek = Check a number: /cek PLN20 01105691111
menu-produk = Products that can be checked
menu-riwayat = This chat's checks, or find: /riwayat kemarin
menu-rekap = Figures of the day, week or month
menu-ekspor = A month's checks as Excel and CSV
menu-pelanggan = The customers you keep
menu-simpan = Keep a customer: /simpan busiti PLN20 01105691111
menu-gangguan = How the providers did in the last 15 minutes
menu-batal = Cancel checks that wait
menu-bantuan = How to use this bot
menu-bahasa = Change the language: id or en
menu-id = Your ID and this chat's

## Months

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

## Conversation

guide = What shall I check?
ask-number =
    { $place ->
        [private] Send the number.
       *[group] Reply to this message with the number.
    } Product: <b>{ $code }</b>
again-none = You have no check here yet.
thanks = You’re welcome 🙏
waiting-none = No check of yours is waiting here.
no-text = Please send the number as text.
checked-before = 🕘 <b>Checked already at { $time }</b>
name-changed = ⚠️ The name used to be { $before }
name-match = ✅ The name MATCHES
name-match-visible = ✅ The name matches as far as it shows ({ $letters } letters)
name-close = 🟡 The name is CLOSE: { $provider } has <b>{ $name }</b>
name-different = ❌ The name DIFFERS: { $provider } has <b>{ $name }</b>
name-not-comparable = ⚪ The name cannot be compared
button-again = 🔁 Check again
button-stay = Stay with { $provider }
button-try = Try: { $line }
button-cancel = ✋ Cancel
question-closed = OK, never mind.
answered-below = ✅ Answered below
waiting-heading = ⏳ Still being asked:
waiting-since = { $line } since { $time }
waiting-list-since = a list of { $count } numbers since { $time }
edited = The message was changed. Check again?

## Lists of numbers

list-queued = ⏳ <b>{ $count } numbers</b> wait for their turn. The list before is still being checked.
list-running = ⏳ <b>Checking { $count } numbers</b>
list-wallets = 📱 { $number } at every wallet
list-bar = { $bar } { $done }/{ $count }
list-cancelled = ✋ <b>Cancelled.</b> Answered so far:
list-page = <i>Page { $page } of { $pages }</i>
list-item = { $mark } { $code } { $number }
list-item-nominal = { $mark } { $code } { $number } { $nominal }
list-times = ({ $times }x)
list-earlier = 🕘 { $time }
list-name-match = name MATCHES
list-name-visible = name matches as far as it shows ({ $letters } letters)
list-name-close = name CLOSE to { $name }
list-name-different = name <b>DIFFERS</b>, typed { $name }
list-name-not-comparable = name cannot be compared
list-unread = ⚠️ Line { $line }: { $reason } (“{ $text }”)
list-unread-more = ⚠️ … and { $count } more lines
list-left-off = ⚠️ { $count } more are not checked. At most 100 numbers at a time.
reason-short = { $digits ->
    [one] 1 digit missing
   *[other] { $digits } digits missing
 }
reason-long = { $digits ->
    [one] 1 digit too many
   *[other] { $digits } digits too many
 }
reason-letters = it has letters
reason-not-mobile = not a mobile number
reason-token = that is a token
reason-virtual-account = that is a bank's virtual account
reason-which = which { $provider }?
reason-code = there is no code { $typed }
reason-no-code = which code?
reason-not-offered = cannot be checked here
reason-no-number = the number is missing
reason-lost-zero = 1 digit missing, a 0 in front?
reason-mobile = that is a mobile number
reason-no-nominal = the amount is missing
reason-nominal = the amount is not clear
reason-nominal-range = the amount is out of range
reason-nominal-not-taken = this code takes no amount
reason-unclear = not clear
button-list-again = 🔁 Repeat what failed ({ $count })
button-list-rest = 🔁 Check the rest ({ $count })
button-list-files = ⬇ Download (Excel, CSV)
list-caption = 📄 List: { $count } numbers.
list-file-unread = ⚠️ No number could be read in that file. Write one a line, such as <code>PLN20 01105691111</code>
list-file-refused = ⚠️ That file cannot be opened. Send a .txt or .csv of at most 256 KB.

### Fair use

menu-kuota = What is left of your quota
quota-heading = 📊 <b>Your quota</b>
quota-heading-group = 👥 <b>This group's quota</b>
quota-heading-of = 📊 <b>Quota of { $name }</b> (<code>{ $id }</code>)
quota-used =
    { $window ->
        [minute] This minute
       *[day] Today
    }: { $used } of { $most }, <b>{ $left }</b> left
quota-used-unlimited =
    { $window ->
        [minute] This minute
       *[day] Today
    }: { $used }, no limit
quota-set = ✅ The quota is changed.
quota-usage = An agent's quota: <code>/kuota 123456789 60 1000</code> (per minute, per day; 0: no limit). Back to the usual one: <code>/kuota 123456789 normal</code>
quota-full-minute =
    ⏸ { $scope ->
        [agent] Your quota
        [group] This group's quota
       *[account] This bot's quota
    } for this minute is used up. Try again at { $time } ({ $seconds } seconds).
quota-full-day =
    ⏸ { $scope ->
        [agent] Your quota
        [group] This group's quota
       *[account] This bot's quota
    } for today is used up. It starts again tomorrow at { $time }.
list-stopped = ⏸ <b>Stopped before the end.</b> Answered so far:
busy-own = 🙏 { $count } of your checks still wait for an answer, so this one cannot wait too. Try again once one is answered, or /batal.
guard-near = many numbers in a row
guard-unknown = many numbers that were not found
guard-unusual = far more checks than on your usual day
guard-paused =
    ⏸ <b>Your checks are paused until { $until }.</b> There were { $rule } today. The pause is automatic; nothing need be wrong.
    Ask the bot's owner to let you go on at once.
denied-paused-guard =
    ⏸ <b>Your checks are paused until { $until }.</b> The pause is automatic; nothing need be wrong.
    Ask the bot's owner to let you go on at once.
guard-go-on = ▶ You can check again. Thank you for waiting.
guard-card =
    🛡 <b>{ $name }</b> (<code>{ $id }</code>) is paused from { $since } until { $until }: { $rule }.
    { $checks } checks today. If these are their own customers, let them go on:
guard-lifted = ▶ <b>{ $name }</b> (<code>{ $id }</code>) can check again. Let go on by { $by }.
guard-not-paused = <b>{ $name }</b> (<code>{ $id }</code>) is not paused any more.
button-guard-lift = ▶ Let go on

### Privacy

settings-heading = ⚙️ <b>Settings of this chat</b>
settings-names = Customers' names: <b>{ $choice }</b>
settings-names-whole = whole
settings-names-masked = masked (BUDI S******)
settings-names-asker = whole to the one who asked, masked to all others
settings-kept = History is kept: <b>{ $choice }</b>
settings-seen = History is seen by: <b>{ $choice }</b>
settings-seen-all = all members
settings-seen-own = each their own; group administrators see all
settings-groups-only = ⚠️ That choice is for groups only.
button-names-whole = Whole names
button-names-masked = Masked
button-names-asker = Asker only
button-days = { $days } days
button-days-forever = For ever
button-seen-own = Own only
button-seen-all = See all
kept-days = { $days } days
kept-forever = without an end
forget-ask-own =
    🗑 <b>Delete all of your data in this group?</b>
    Your checks, questions, searches, lists, and checks that still wait. It cannot be undone.
    Your data elsewhere and /pelanggan: send /hapusdata in the private chat.
forget-ask-everywhere =
    🗑 <b>Delete all of your data, here and in every group?</b>
    Checks, /pelanggan, questions, searches, lists, your name, and checks that still wait. It cannot be undone.
forget-ask-chat =
    🗑 <b>Delete all data of this group?</b>
    All members' checks, questions, searches, lists, and checks that still wait. It cannot be undone.
forget-anonymous = Anonymous administrators have no data of their own. For all of the group: /hapusdata obrolan
forget-later = ⏳ Being deleted. Where the bot's storage is full, it is done once there is room, and this message will say so. No word by tomorrow? Send /hapusdata again.
forget-not = Nothing was deleted.
forgotten =
    🗑 <b>Deleted:</b> { $checks } checks, { $others } other entries, { $waiting } checks that waited.
    What stays: your permission with your name, quota, settings, and the owner's record (without names and numbers). What is left in the bot's files goes when the bot is started again.
button-forget = 🗑 Delete
button-keep = Cancel
button-forget-late = More than 5 minutes ago: nothing was deleted. Type /hapusdata again.
list-deleted = ✋ This list was cancelled because its data is deleted.
privacy =
    🔒 <b>What this bot keeps</b>
    • Of each check: when, who asked, product, number, and the answer (customer's name, power, total).
    • The customers whom you keep, your first name, and the chat's settings.
    It serves checks, history and recaps alone. PINs are never kept.
    Checks of this chat are kept { $kept }; the owner's backups may be kept for longer.
    Seen by: { $seen }, and the bot's owner. Numbers go to Klikoo to be checked, and nowhere else.
    Delete: /hapusdata (yours) or /hapusdata obrolan (group administrators). What is left in the bot's files goes when it is started again.
    Names can be masked and the time made shorter: /atur
    Responsible: { $count ->
        [0] the owner of this bot
       *[other] the owner of this bot ({ $owners })
    }. Your rights over personal data: UU 27/2022 (Indonesia).
privacy-seen-private = you alone
privacy-seen-own = the one who asked and group administrators
privacy-seen-all = all members of this group
menu-atur = Set names, how long, and who sees
menu-hapusdata = Delete your data for good
menu-privasi = What is kept, and your rights

### The owner's board: state, figures, the record

alert-balance = 💰 <b>The Klikoo balance is down to { $balance }</b>, below { $least }. Top it up in Klikoo's dashboard, so that checks do not stop.
alert-disk = 💽 <b>The server's disk is nearly full: { $free } MB left.</b> Delete what is not needed, or make it larger; below 16 MB the bot can write nothing down and refuses checks.
alert-provider = 📡 <b>{ $provider } has not answered for 10 minutes.</b> The bot keeps trying by itself. Tell your agents; if it lasts, ask Klikoo.
alert-backup = 🗄️ <b>There was no backup for more than 2 days</b> (the last: { $last }). Run <code>ceknomor backup</code>, or look at its schedule (cron or systemd timer).
over = ✅ <b>Over:</b> { $what } (since { $since })
over-account = checks work again. It was: { $remedy }
over-product = Klikoo takes { $product } again.
over-store = the bot's storage works again.
over-balance = the Klikoo balance is high enough again.
over-disk = the server's disk has room again.
over-provider = { $provider } answers again.
over-backup = a backup was made.
balance = 💰 Klikoo balance: <b>{ $balance }</b> (at { $time })
balance-unknown = 💰 The balance cannot be seen at present: <code>{ $error }</code>
span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $hours } h { $minutes } min
span-days = { $days } d { $hours } h
status-heading = <b>ceknomor { $version }</b>, up { $uptime }
status-telegram = Telegram last answered { $ago } ago
status-telegram-never = Telegram has not answered since the bot was started
status-checks = Checks today: { $today }, this hour: { $hour }
status-checks-unknown = The checks of today cannot be counted at present
status-provider = { $provider } (15 min): { $checks } checks, { $percent }% answered, usually { $median } s
status-provider-down = 🔴 { $provider } is down (15 min): { $checks } checks, { $percent }% answered
status-waiting = Queue: { $ready } not begun, { $running } running, { $waiting } waiting for providers
status-disk = Free disk: { $free } MB
status-backup = Last backup: { $last }
status-backup-never = Backup: never (<code>ceknomor backup</code>)
statistics-heading = <b>Statistics { $period }</b>, all chats
statistics-agents = <b>Agents</b>
statistics-groups = <b>Groups</b>
statistics-more = and { $count } more
statistics-none = No checks: { $period }.
statistics-usage = Which ones? <code>/statistik hari</code> (day) or <code>/statistik minggu</code> (week).
report-heading = <b>Report of { $day }</b>
report-none = There were no checks.
report-problems = <b>Without an answer</b>
report-problem = { $outcome ->
    [down] Provider down: { $count }
    [service-down] Klikoo down: { $count }
    [no-answer] No answer: { $count }
   *[operator] For the owner to put right: { $count }
}
audit-heading = <b>Record</b>
audit-day = <b>{ $day }</b>
audit-none = There is nothing that fits.
audit-none-yet = Nothing fits among the newer entries. Press the button below to look further back.
audit-usage = Examples: <code>/audit</code>, <code>/audit hari ini</code> (today), <code>/audit 123456789</code> (the id of a person or a group), <code>/audit 22/11</code>.
audit-system = system
audit-person = { $name } ({ $user })
audit-on = → { $name }
audit-group = group { $group }
audit-act = { $act ->
    [check] check
    [grant] let in
    [refuse] refused
    [block] blocked
    [pause] paused
    [resume] resumed
    [remove] taken off
    [admin] admin
    [invite] invitation
    [invite-used] came by invitation
    [group-open] group admitted
    [group-close] group closed
    [setting] setting
    [delete] deletion
    [export] export
    [reload] reload
    [quota] quota
   *[denied] denied
}
audit-outcome = { $outcome ->
    [done] done
    [sent] sent
    [refused] refused
    [found] found
    [not-found] not found
    [blocked] blocked by the provider
    [paid] paid already
    [over-limit] over the limit
    [too-small] too small
    [unavailable] product not available
    [down] provider down
    [no-answer] no answer
    [service-down] Klikoo down
    [operator] to be put right
    [language] language
    [customer] customer
    [not-owner] no owner
    [not-manager] no admin
    [not-group-admin] no admin of the group
    [only-in-private] not in a private chat
    [lifted] taken back
    [guard] automatic guard
    [names] names
    [days] how long
    [seen] who sees
    [own] own data
    [chat] the chat's data
    [shell] at the shell
   *[other] { $outcome }
}
menu-status = How the bot does now
menu-saldo = Klikoo balance
menu-statistik = Checks by agent and group
menu-audit = Record of who did what
menu-muatulang = Read products and lists anew
button-newest = ⏮ Newest
reload-done = 🔄 Read anew: { $products } products, { $owners } owners, { $chats } chats in the settings.
reload-need-restart = Changed too, but only in force once the bot is started again: { $names }
reload-fixed = Not read from .env, since set outside that file (environment or command line): { $names }
reload-refused = ⚠️ <b>Nothing was changed.</b> Put this right, then /muatulang:

### Coming and going

## People who ask for access

button-ask-access = 🙋 Ask for access
button-access-asked = ✅ Your request went to the owner of the bot. The answer will come here.
button-access-waits = The owner of the bot has your request. Please wait for the answer here.
button-access-refused = 🙏 Your request was not approved yet. You may ask again tomorrow.
button-access-later = 🙏 There are many requests at the moment. Please try again later.
button-access-have = You are registered. Go ahead: /cek PLN20 01105691111
access-granted = ✅ You are registered. Try: <code>/cek PLN20 01105691111</code>
access-refused = 🙏 Sorry, your request for access was not approved. You may ask again tomorrow.
card-person = 🙋 <b>{ $name }</b> asks for access
card-username = @{ $username }
card-id = ID <code>{ $id }</code>
card-language = Language of Telegram: { $language }
card-approved = ✅ Approved by { $name }
card-refused = ✖️ Refused by { $name }
card-blocked = ⛔ Blocked by { $name }
button-approve = ✅ Approve
button-refuse = Refuse
button-block = ⛔ Block
button-answered = This was answered already, or does not count any more.

## Groups that take the bot in

group-asked = Waiting for the owner of the bot.
group-active = ✅ The bot works in this group. Try: <code>/cek PLN20 01105691111</code>
card-group = 👥 The bot was added to the group <b>{ $title }</b>
card-group-by = By { $name } (<code>{ $id }</code>)
card-group-how = Without an answer it leaves after a day.
card-activated = ✅ Activated by { $name }
card-left = ✖️ Taken out by { $name }
card-moved = 👥 <b>{ $title }</b> became a supergroup with a new id. It may what it might before; there is nothing to answer.
button-activate = ✅ Activate
button-leave = Leave
groups-heading = <b>Groups ({ $count })</b>
groups-none = There is no group yet. Add the bot to your agents' group, and activate it by the card that comes here.
group-entry = <b>{ $title }</b> <code>{ $id }</code> · { $state }
group-works = active
group-waits = waits for your answer
group-closed = closed
group-listed = active, from .env
group-ask-close = Close the group <b>{ $title }</b>? The bot leaves it, and its members cannot check any more.
button-close-group = Close { $title }

## Invitations

invite-made =
    { $uses ->
        [one] 🎟 <b>Invitation for 1 person</b>, valid until { $until }:
       *[other] 🎟 <b>Invitation for { $uses } people</b>, valid until { $until }:
    }
invite-how = Whoever opens it becomes an agent at once. This link is shown only once.
invite-usage = <code>/undang</code> for 1 person and a day, or for example <code>/undang 10 3 days</code>. At most 100 people and 30 days.
invite-invalid = This invitation does not count any more.
invite-used = 🎟 <b>{ $name }</b> (<code>{ $id }</code>) came in by an invitation of { $by }
invite-revoked = ✅ The invitation was revoked.
invites-heading = <b>Open invitations</b>
invites-none = No other invitation is open.
invites-full = ⚠️ Too many invitations are open. Revoke those that are not used first.
invite-entry = { $number }. { $left } of { $uses } left · until { $until } · by { $name } · <code>{ $id }…</code>
invites-more = … and { $count } older ones.
button-revoke = Revoke { $number }

## Agents

requests-heading = <b>Waiting for an answer ({ $count })</b>
requests-entry = { $number }. <b>{ $name }</b> <code>{ $id }</code>
requests-more = and { $count } more, once these are answered.
agents-heading = <b>Agents ({ $count })</b>
agents-found = <b>Those who fit “{ $word }” ({ $count })</b>
agents-none = There is no agent yet. Add one by <code>/agen tambah</code> or /undang
agents-not-found = Nobody fits “{ $word }”. Add: <code>/agen tambah 12345678</code>
agents-more = and { $count } more. Write more of the name.
agents-how = <i>Search: /agen budi · add: /agen tambah or /undang</i>
agent-entry = <b>{ $name }</b> <code>{ $id }</code> · { $role }
agent-since = Since { $since }
agent-since-by = Since { $since }, by { $name }
role-agent = agent
role-admin = admin
role-guest = no agent
role-blocked = blocked
role-listed = agent, from .env
role-paused = paused
agent-added = ✅ <b>{ $name }</b> (<code>{ $id }</code>) is an agent now. Someone who never wrote to this bot has to press Start first.
agent-already = <b>{ $name }</b> is registered already.
agent-is-blocked = ⛔ <b>{ $name }</b> (<code>{ $id }</code>) is blocked. Unblock them first: /agen
agent-bad-id = ⚠️ That is not the ID of a person. Example: <code>/agen tambah 12345678</code>. They see it by /id.
agent-pick = Who is to be an agent? Pick them by the button below, forward a message of theirs, or send their contact. Or <code>/agen tambah 12345678</code>
agent-hidden = ⚠️ That person hides their account in forwarded messages. Pick them by the button, or have them send /id to this bot.
agent-ask-add = Make <b>{ $name }</b> (<code>{ $id }</code>) an agent?
agent-ask-pause = Pause <b>{ $name }</b>? They can still see the history.
agent-ask-remove = Remove <b>{ $name }</b> from the agents? They can still check in groups that are admitted.
agent-ask-block = Block <b>{ $name }</b>? The bot will not answer them anywhere any more.
agent-ask-demote = Is <b>{ $name }</b> to be no admin any more? They stay an agent.
told-paused = ⏸ The owner of the bot has paused your checks.
told-resumed = ▶️ You can check again.
told-removed = 🔒 You are no registered agent any more. In groups that are admitted you can still check.
told-admin = ⭐ You are an admin of this bot now: you can manage agents. See /bantuan
button-pick = 👤 Pick a person
button-pause = ⏸ Pause
button-resume = ▶ Resume
button-remove = 🗑 Remove
button-unblock = Unblock
button-grant = ✅ Make an agent
button-make-admin = ⭐ Make an admin
button-demote = No admin any more
button-back = ◀ Agents
button-sure = Yes
button-not = No
button-agent-is-owner = Owners are set by CEKNOMOR_OWNERS alone.
button-agent-of-owners = 🔒 Admins can be changed by owners alone.
forwarded-command = I do not carry out forwarded commands. Please type it yourself.

## Help and menu for those who manage

help-group-admin = <i>Group administrators:</i> /atur · /bahasa id|en · <code>/hapusdata obrolan</code>
help-manager = <i>Agents:</i> /agen list and search · <code>/agen tambah</code> · /undang makes an invitation · <code>/kuota ID</code>
help-owner = <i>Owners:</i> /grup · /status · /saldo · /statistik · /audit · /muatulang
menu-agen = Agents: search, add, pause, remove
menu-undang = Make an invitation: /undang 5 3 days
menu-grup = Groups of the bot

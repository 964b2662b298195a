"""The verbs that names of functions begin with, and what they are in Chinese.

A name whose first word is not here is taken for a noun. `third_person` makes the form that GoDoc,
Javadoc and rustdoc use.
"""

_TABLE = """
accept 接受, acquire 获取, activate 激活, adapt 适配, add 添加, adjust 调整, advance 推进,
align 对齐, allocate 分配, allow 允许, analyze 分析, append 追加, apply 应用, assemble 组装,
assert 断言, assign 赋值, attach 附加, authenticate 验证, balance 平衡, begin 开始, bind 绑定,
block 阻塞, build 构建, calculate 计算, calibrate 校准, call 调用, cancel 取消, capture 捕获,
change 更改, check 检查, choose 选择, clean 清理, cleanup 清理, clear 清空, click 点击,
clone 克隆, close 关闭, collapse 折叠, collect 收集, combine 合并, commit 提交, compare 比较,
compile 编译, complete 完成, compose 组合, compress 压缩, compute 计算, concat 连接,
concatenate 连接, configure 配置, confirm 确认, connect 连接, construct 构造, consume 消费,
contain 包含, continue 继续, convert 转换, copy 复制, count 统计, create 创建, deactivate 停用,
debug 调试, decode 解码, decompress 解压, decorate 装饰, decrease 减小, decrypt 解密,
define 定义, delete 删除, deny 拒绝, deploy 部署, describe 描述, deserialize 反序列化,
destroy 销毁, detach 分离, detect 检测, determine 确定, disable 禁用, discard 丢弃,
disconnect 断开, discover 发现, dispatch 分派, display 显示, divide 除, download 下载, draw 绘制,
drop 丢弃, dump 转储, duplicate 复制, edit 编辑, emit 发出, enable 启用, encode 编码,
encrypt 加密, end 结束, enqueue 入队, ensure 确保, enter 进入, enumerate 枚举, erase 擦除,
escape 转义, estimate 估计, evaluate 求值, examine 检查, exclude 排除, execute 执行, expand 展开,
expect 期望, export 导出, extend 扩展, extract 提取, feed 送入, fetch 取得, fill 填充,
filter 过滤, finalize 完成, find 查找, finish 完成, fire 触发, fix 修正, flatten 展平,
flush 刷新, fold 折叠, forget 忘记, format 格式化, forward 转发, free 释放, freeze 冻结,
gather 收集, generate 生成, get 返回, give 给出, grow 增长, group 分组, guess 猜测, handle 处理,
hide 隐藏, ignore 忽略, import 导入, include 包含, increase 增大, increment 递增, indent 缩进,
index 索引, infer 推断, initialize 初始化, init 初始化, inject 注入, insert 插入, inspect 检查,
install 安装, interpolate 插值, interpret 解释, intersect 求交, invalidate 作废, invert 取反,
invoke 调用, iterate 迭代, join 连接, keep 保留, kill 终止, launch 启动, leave 离开, limit 限制,
link 链接, list 列出, listen 监听, load 加载, locate 定位, lock 锁定, log 记录, lookup 查找,
make 生成, mark 标记, match 匹配, measure 测量, merge 合并, modify 修改, monitor 监视, move 移动,
multiply 相乘, munge 整理, negate 取负, normalize 规范化, notify 通知, obtain 取得, open 打开,
order 排序, pack 打包, pad 补齐, parse 解析, partition 划分, patch 修补, pause 暂停, peek 查看,
perform 执行, pick 选取, place 放置, plot 绘制, poll 轮询, pop 弹出, populate 填充, post 提交,
predict 预测, prepare 准备, prepend 前置, print 打印, process 处理, produce 产生, prompt 提示,
propagate 传播, provide 提供, prune 修剪, publish 发布, pull 拉取, purge 清除, push 推入,
put 放入, query 查询, queue 排队, quit 退出, quote 加引号, raise 抛出, read 读取, rebuild 重建,
receive 接收, record 记录, recover 恢复, redirect 重定向, reduce 归约, refresh 刷新,
register 注册, reject 拒绝, release 释放, reload 重新加载, remove 移除, rename 重命名,
render 渲染, reorder 重排, repair 修复, repeat 重复, replace 替换, reply 回复, report 报告,
request 请求, require 要求, reset 重置, resize 调整大小, resolve 解析, respond 响应,
restart 重启, restore 恢复, resume 继续, retrieve 取回, retry 重试, return 返回, reverse 反转,
revert 还原, rewind 倒回, rewrite 改写, rollback 回滚, rotate 旋转, round 取整, route 路由,
run 运行, sample 采样, sanitize 净化, save 保存, scale 缩放, scan 扫描, schedule 安排,
score 评分, search 搜索, seek 定位, select 选择, send 发送, separate 分隔, serialize 序列化,
serve 提供, set 设置, setup 设置, shift 移位, show 显示, shrink 缩小, shuffle 打乱,
shutdown 关闭, simplify 化简, simulate 模拟, skip 跳过, sleep 休眠, slice 切片, solve 求解,
sort 排序, spawn 派生, split 拆分, start 启动, stop 停止, store 存储, stream 流式传输,
strip 去除, submit 提交, subscribe 订阅, substitute 替换, subtract 减去, suggest 建议, sum 求和,
summarize 汇总, suppress 抑制, swap 交换, switch 切换, sync 同步, synchronize 同步, take 取,
tear 拆除, tell 告知, terminate 终止, throw 抛出, toggle 切换, tokenize 分词, touch 触碰,
trace 跟踪, track 跟踪, train 训练, transform 变换, translate 翻译, traverse 遍历, trigger 触发,
trim 修剪, truncate 截断, try 尝试, unescape 反转义, uninstall 卸载, unload 卸载, unlock 解锁,
unpack 解包, unquote 去引号, unregister 注销, unsubscribe 退订, unwrap 解开, update 更新,
upgrade 升级, upload 上传, use 使用, validate 校验, verify 验证, visit 访问, wait 等待,
walk 遍历, warn 警告, watch 监视, wrap 包装, write 写入, yield 产出, zip 压缩
"""

_WORDS = _TABLE.replace(",", " ").split()
VERBS = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))

_IRREGULAR = {"do": "does", "be": "is", "have": "has"}
_HISSING = ("s", "x", "z", "ch", "sh", "o")


def third_person(verb: str) -> str:
    """`returns` for `return`; the word may begin with a capital."""
    if verb.lower() in _IRREGULAR:
        changed = _IRREGULAR[verb.lower()]
        return changed.capitalize() if verb[:1].isupper() else changed
    if verb.endswith(_HISSING):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"
